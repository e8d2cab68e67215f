#!/bin/bash
# Compares what `edgeprof quantize` makes of three small trained networks with float and with ONNX Runtime's quantizer.
# Uses the program already built: `quantizer-accuracy.sh [EDGEPROF]`.
set -euo pipefail
cd "$(dirname "$0")/.."
edgeprof=${1:-.build/debug/edgeprof}
[ -x "$edgeprof" ] || { echo "quantizer-accuracy: no program at $edgeprof; run: swift build" >&2; exit 1; }
python=$(scripts/python-env.sh quick)
exec "$python" Tests/Conformance/quantizer/check.py "$edgeprof"
