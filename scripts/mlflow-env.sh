#!/bin/bash
# Makes a Python environment with MLflow's tracking server once and prints its interpreter; for Benchmarks/Ingest alone.
set -euo pipefail
cd "$(dirname "$0")/.."
requirements=Benchmarks/Ingest/requirements-mlflow.txt
version=$(python3 -c 'import sys, platform; print("%d.%d-%s" % (*sys.version_info[:2], platform.machine()))')
folder=.build-python/mlflow-$version-$(sha256sum "$requirements" | cut -c 1-12)
if [ ! -f "$folder/ready" ]; then
  mkdir -p .build-python
  exec 9>.build-python/lock-mlflow
  flock 9
  if [ ! -f "$folder/ready" ]; then
    rm -rf "$folder"
    echo "mlflow-env: making $folder" >&2
    python3 -m venv "$folder"
    if ! "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
      -r "$requirements" >"$folder/pip.log" 2>&1; then
      tail -n 5 "$folder/pip.log" >&2
      echo "mlflow-env: pip could not install $requirements; a package index must be reachable (PIP_INDEX_URL names another)" >&2
      exit 1
    fi
    touch "$folder/ready"
  fi
fi
echo "$PWD/$folder/bin/python"
