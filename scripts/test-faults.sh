#!/bin/bash
# Faults against the programs just built: kills, full disks, bad networks, bad clocks (docs/reliability.md).
# usage: test-faults.sh [quick] [collector] [CASE…]     quick: for every change; collector: those of it and its stores (docs/collector.md)
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${EDGEPROF_BIN:-$(swift build --show-bin-path)}
for program in edgeprof-agent edgeprof-collector edgeprof-measure; do
  [ -x "$bin/$program" ] || { echo "test-faults: no $bin/$program; run: swift build" >&2; exit 1; }
done
EDGEPROF_BIN=$(realpath "$bin") PYTHONDONTWRITEBYTECODE=1 exec python3 Tests/Faults/faults.py "$@"
