#!/bin/bash
# A real Prometheus scrapes a collector: both formats, over TLS, with a viewer's token; promtool reads the older one.
# Needs Debian's package prometheus (or PROMETHEUS_PROGRAM and PROMTOOL_PROGRAM naming the programs).
#   scripts/test-prometheus.sh [path of edgeprof-collector]
set -euo pipefail
cd "$(dirname "$0")/.."
collector=${1:-.build/debug/edgeprof-collector}
prometheus=${PROMETHEUS_PROGRAM:-prometheus} promtool=${PROMTOOL_PROGRAM:-promtool}
[ -x "$collector" ] || { echo "$collector is missing: swift build --product edgeprof-collector" >&2; exit 1; }
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; for log in "$work"/*.log; do echo "== $log"; tail -5 "$log"; done >&2; exit 1; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_true() { local _; for _ in $(seq 150); do "$@" && return; sleep 0.2; done; return 1; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$work/key" -out "$work/crt" 2>/dev/null
umask 077
"$collector" init --data-dir "$work/data" >"$work/admin"
"$collector" token create --role viewer --data-dir "$work/data" >"$work/viewer"
"$collector" serve --data-dir "$work/data" --port 0 --tls-certificate "$work/crt" --tls-key "$work/key" \
  >"$work/out" 2>"$work/collector.log" &
pids+=($!)
until_true test -s "$work/out" || fail "the collector does not listen"
port=$(sed 's/.*://' "$work/out")
ask() { local path=$1; shift; curl -sS --cacert "$work/crt" -H "Authorization: Bearer $(cat "$work/admin")" "$@" "https://localhost:$port$path"; }
# Something to count, with names that need escaping in no label.
for path in /v1/runs /v1/runs/none '/v1/%22%0a' /v1/summary; do ask "$path" -o /dev/null; done

ask /metrics -o "$work/plain"
"$promtool" check metrics <"$work/plain" >"$work/promtool.log" 2>&1 || fail "promtool check metrics"
[ ! -s "$work/promtool.log" ] || fail "promtool has remarks"

listen=$(free_port)
cat >"$work/prometheus.yml" <<EOF
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: edgeprof
    scheme: https
    authorization: {credentials_file: $work/viewer}
    tls_config: {ca_file: $work/crt, server_name: localhost}
    static_configs: [{targets: ["127.0.0.1:$port"]}]
EOF
"$promtool" check config "$work/prometheus.yml" >/dev/null
"$prometheus" --config.file "$work/prometheus.yml" --storage.tsdb.path "$work/tsdb" --web.listen-address "127.0.0.1:$listen" \
  --log.level debug 2>"$work/prometheus.log" &
pids+=($!)
# value QUERY: the first value of a query, nothing where there is none.
value() {
  curl -sSG "http://127.0.0.1:$listen/api/v1/query" --data-urlencode "query=$1" 2>/dev/null |
    python3 -c 'import json, sys; r = json.load(sys.stdin)["data"]["result"]; print(r[0]["value"][1] if r else "")' 2>/dev/null || true
}
scraped() { [ "$(value 'count_over_time(up{job="edgeprof"}[1m]) >= 3')" != "" ]; }
until_true scraped || fail "Prometheus does not scrape"
[ "$(value 'min_over_time(up{job="edgeprof"}[1m])')" = 1 ] || fail "a scrape failed: $(grep -m 3 -E 'level=(warn|error)' "$work/prometheus.log")"
[ "$(value 'scrape_samples_scraped{job="edgeprof"} > 40')" != "" ] || fail "few samples"
for query in 'edgeprof_build_info' 'edgeprof_http_request_duration_seconds_count{route="/v1/runs/{id}",status="404"}' \
  'edgeprof_http_request_duration_seconds_bucket{route="/v1/summary",le="+Inf"}' 'edgeprof_runs_uploaded_total{result="stored"}' \
  'process_resident_memory_bytes > 1e6' 'edgeprof_http_request_duration_seconds_count{route="/metrics",method="GET",status="200"} >= 2'; do
  [ "$(value "$query")" != "" ] || fail "no $query"
done
# It asks for OpenMetrics and says in its log what it cannot read.
! grep -E 'level=(warn|error)' "$work/prometheus.log" >&2 || fail "Prometheus complains"
ask /metrics -H 'Accept: application/openmetrics-text;version=1.0.0' -D "$work/headers" -o "$work/open"
grep -qi '^content-type: application/openmetrics-text; version=1.0.0' "$work/headers" || fail "content type: $(cat "$work/headers")"
[ "$(tail -n 1 "$work/open")" = '# EOF' ] || fail "no # EOF at the end"
echo "prometheus: $(value 'scrape_samples_scraped{job="edgeprof"}') samples in $(value 'scrape_duration_seconds{job="edgeprof"}') s, no complaint"
