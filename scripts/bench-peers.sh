#!/bin/bash
# edgeprof against ONNX Runtime, OpenVINO and ncnn on the same networks, in one interleaved run (docs/performance.md).
# Wants a release build. Options are those of Benchmarks/Peers/peers.py; with --isa the results go to peers-ISA.json.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(scripts/python-env.sh peers)
isa=
for ((i = 1; i <= $#; i++)); do
  case ${!i} in
    --isa) next=$((i + 1)); isa=-${!next:-} ;;
    --isa=*) isa=-${!i#--isa=} ;;
  esac
done
PYTHONDONTWRITEBYTECODE=1 exec "$python" Benchmarks/Peers/peers.py --edgeprof .build/release/edgeprof \
  --worker .build/release/peer-worker --plan-worker .build/release/plan-worker --output "Benchmarks/results/peers$isa.json" "$@"
