#!/bin/bash
# edgeprof against ONNX Runtime and OpenVINO on the same networks, in one interleaved run (docs/performance.md).
# Wants a release build. Options are those of Benchmarks/Peers/peers.py.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(scripts/python-env.sh peers)
exec "$python" Benchmarks/Peers/peers.py --edgeprof .build/release/edgeprof --worker .build/release/peer-worker \
  --output Benchmarks/results/peers.json "$@"
