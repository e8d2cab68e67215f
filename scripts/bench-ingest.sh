#!/bin/bash
# All figures on ingest of docs/collector.md, in one run of about ten minutes; --seconds shortens the longest load.
# Wants release builds of edgeprof-collector and ingest-benchmark, postgresql-15, and two CPUs (--cpus) left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(scripts/mlflow-env.sh)
PYTHONDONTWRITEBYTECODE=1 exec python3 Benchmarks/Ingest/ingest.py all --mlflow-python "$python" \
  --output Benchmarks/results/ingest.json "$@"
