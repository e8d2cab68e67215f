#!/bin/bash
# Makes a Python environment once and prints its interpreter. `python-env.sh quick` has ONNX Runtime, onnx and NumPy;
# `python-env.sh full` also the peers of the full conformance run, `python-env.sh peers` those of the speed comparison. A changed requirements file makes a new one.
set -euo pipefail
cd "$(dirname "$0")/.."
set_name=${1:-quick}
requirements=Tests/Conformance/requirements-$set_name.txt
[ -f "$requirements" ] || { echo "python-env: no requirements named $set_name; use quick, full or peers" >&2; exit 2; }

python=
for candidate in ${EDGEPROF_PYTHON:-} python3.13 python3.12 python3.11 python3.14 python3.10 python3.9 python3; do
  command -v "$candidate" >/dev/null || continue
  "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
  python=$candidate
  break
done
if [ -z "$python" ]; then
  echo "python-env: no Python 3.9 or later with venv; install the packages python3 and python3-venv" >&2
  exit 1
fi

version=$("$python" -c 'import sys, platform; print("%d.%d-%s" % (*sys.version_info[:2], platform.machine()))')
hash=$(cat Tests/Conformance/requirements-*.txt | sha256sum | cut -c 1-12)
folder=.build-python/$set_name-$version-$hash
if [ ! -f "$folder/ready" ]; then
  rm -rf "$folder"
  mkdir -p .build-python
  exec 9>.build-python/lock
  flock 9
  if [ ! -f "$folder/ready" ]; then
    echo "python-env: making $folder" >&2
    "$python" -m venv "$folder"
    log=$folder/pip.log
    if ! "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
      -r "$requirements" >"$log" 2>&1; then
      tail -n 5 "$log" >&2
      echo "python-env: pip could not install $requirements; a package index must be reachable (PIP_INDEX_URL names" \
        "another, PIP_FIND_LINKS a folder of wheels)" >&2
      exit 1
    fi
    # Not every machine has wheels of these: what cannot be had is left out, and the suite says so.
    optional=Tests/Conformance/requirements-$set_name-optional.txt
    if [ -f "$optional" ]; then
      while read -r package; do
        case $package in ''|'#'*) continue ;; esac
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: $package \
          >>"$log" 2>&1 || echo "python-env: left out, cannot be installed here: $package" >&2
      done <"$optional"
    fi
    touch "$folder/ready"
  fi
fi
echo "$PWD/$folder/bin/python"
