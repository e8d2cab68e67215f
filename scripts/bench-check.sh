#!/bin/bash
# Fails where an inference takes more instructions than Benchmarks/Thresholds says; wants a release build.
# usage: bench-check.sh [--update] [--strict-shares]
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(uname -m)" = x86_64 ] || { echo "bench-check: the thresholds are for x86-64; skipped here"; exit 0; }
scripts/install-packages.sh valgrind binutils
build=.build/release
PYTHONDONTWRITEBYTECODE=1 exec python3 Benchmarks/Thresholds/check.py --edgeprof "$build/edgeprof" \
  --peer-worker "$build/peer-worker" --plan-worker "$build/plan-worker" "$@"
