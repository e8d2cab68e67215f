#!/bin/bash
# The collector against docs/openapi.yaml: schemathesis, every check and operation, a fixed seed (Tests/OpenAPI).
# usage: test-openapi.sh [examples an operation, 200 unless given] [path of edgeprof-collector]
set -euo pipefail
cd "$(dirname "$0")/.."
collector=$(realpath "${2:-.build/debug/edgeprof-collector}")
[ -x "$collector" ] || { echo "$collector is missing: swift build --product edgeprof-collector" >&2; exit 1; }
requirements=Tests/OpenAPI/requirements.txt
version=$(python3 -c 'import sys, platform; print("%d.%d-%s" % (*sys.version_info[:2], platform.machine()))')
folder=.build-python/openapi-$version-$(sha256sum "$requirements" | cut -c 1-12)
if [ ! -f "$folder/ready" ]; then
  rm -rf "$folder"
  echo "test-openapi: making $folder" >&2
  python3 -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" || {
    echo "test-openapi: pip could not install $requirements; a package index must be reachable (PIP_INDEX_URL names another)" >&2
    exit 1
  }
  touch "$folder/ready"
fi
exec "$folder/bin/python" Tests/OpenAPI/run.py "$collector" "${1:-200}"
