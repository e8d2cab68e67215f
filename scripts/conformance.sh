#!/bin/bash
# Compares the engine with a numpy referee and with other runtimes (docs/conformance.md): `conformance.sh quick|full`,
# then options of Tests/Conformance/run.py. Wants the programs built (debug or release, the newer is taken).
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-quick}
case $kind in
  quick|full) ;;
  *) echo "conformance: $kind is neither quick nor full" >&2; exit 2 ;;
esac
python=$(scripts/python-env.sh "$kind")
exec "$python" Tests/Conformance/run.py --kind "$kind" "${@:2}"
