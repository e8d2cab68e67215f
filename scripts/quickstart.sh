#!/bin/bash
# One collector, two agents, five networks, one ranking, all on this box. `make quickstart` builds first, then runs this.
# State is kept in .quickstart (EDGEPROF_QUICKSTART_DIR) until the next time; nothing outside it is written.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.build/release
state=${EDGEPROF_QUICKSTART_DIR:-$PWD/.quickstart}
models=(resnet18 resnet50 densenet121 shufflenet_v2_x1_0 mobilenet_v2)
seconds=5
started=$SECONDS

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

[ -x "$bin/edgeprof-collector" ] || fail "the programs are not built; run: make quickstart"

# The state folder is emptied each time, so it must be ours or new.
if [ -e "$state" ]; then
  [ -f "$state/made-by-quickstart" ] || fail "$state exists and is not quickstart's; move it away or set EDGEPROF_QUICKSTART_DIR"
  rm -rf "$state"
fi
umask 077
mkdir -p "$state" || fail "cannot write $state; set EDGEPROF_QUICKSTART_DIR to a folder that can be written"
touch "$state/made-by-quickstart"
export XDG_CONFIG_HOME=$state/config

children=()
stop() {
  touch "$state/stopping"
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT TERM

# Keeps a program running, as systemd would: a collector that is killed comes back on its port and its store.
keep() { # NAME COMMAND...
  local name=$1 pid
  shift
  while [ ! -e "$state/stopping" ]; do
    "$@" >>"$state/$name.log" 2>&1 &
    pid=$!
    trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null; exit 0' TERM
    wait "$pid" || true
    sleep 1
  done
}

say "collector"
"$bin/edgeprof-collector" init --data-dir "$state/collector" >"$state/init.txt"
grep -o 'edgeprof_admin_[A-Za-z0-9_-]*' "$state/init.txt" >"$state/admin-token"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
keep collector "$bin/edgeprof-collector" serve --data-dir "$state/collector" --port "$port" &
children+=($!)
for _ in $(seq 100); do
  if "$bin/edgeprof" login "$url" --token-file "$state/admin-token" 2>"$state/login.err"; then break; fi
  sleep 0.1
done
"$bin/edgeprof" login "$url" --token-file "$state/admin-token" >/dev/null || fail "the collector does not answer; see $state/collector.log"
"$bin/edgeprof" tiers import examples/tiers.yaml

say "two agents: this box, and this box held to one core, AVX2 and 512 MiB as a stand-in for a cheaper one"
"$bin/edgeprof" tokens create --role enrollment --uses 2 --expires 1h --output "$state/enrollment-token"
"$bin/edgeprof-agent" enroll --collector "$url" --token-file "$state/enrollment-token" --state-dir "$state/box" \
  --name box --label quickstart=box
"$bin/edgeprof-agent" enroll --collector "$url" --token-file "$state/enrollment-token" --state-dir "$state/stand-in" \
  --name stand-in --label quickstart=stand-in --cpus 0 --isa avx2 --memory-limit 512MiB
for agent in box stand-in; do
  keep "$agent" "$bin/edgeprof-agent" run --state-dir "$state/$agent" &
  children+=($!)
done
"$bin/edgeprof" agents list --format table

say "${#models[@]} networks on both, $seconds s each"
job=$("$bin/edgeprof" jobs create "${models[@]}" --scenario offline --duration "${seconds}s" --format json |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
"$bin/edgeprof" jobs wait "$job" --timeout 20m

say "measured"
"$bin/edgeprof" summary --format table

say "which earns most, for examples/deployment.yaml"
"$bin/edgeprof" rank --deployment examples/deployment.yaml --format table

cat <<END

Took $((SECONDS - started)) s after the build. Look around with:
  $bin/edgeprof-collector serve --data-dir $state/collector --port $port &
  export XDG_CONFIG_HOME=$state/config
  $bin/edgeprof runs list
  $bin/edgeprof rank --deployment examples/deployment.yaml --all
END
