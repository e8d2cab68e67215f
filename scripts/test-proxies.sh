#!/bin/sh
# Tries packaging/examples/nginx.conf and haproxy.cfg: a collector behind each, reached over TLS.
# Needs Debian's packages nginx and haproxy (or NGINX_PROGRAM and HAPROXY_PROGRAM naming the programs); skips the one that is missing.
#   scripts/test-proxies.sh [path of edgeprof-collector]
set -eu
cd "$(dirname "$0")/.."
collector=${1:-.build/debug/edgeprof-collector}
[ -x "$collector" ] || { echo "$collector is missing: swift build --product edgeprof-collector" >&2; exit 1; }
work=$(mktemp -d)
pids=
finish() { for pid in $pids; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap finish EXIT
fail() { echo "FAILED: $*" >&2; for log in "$work"/*.log; do echo "== $log"; tail -5 "$log"; done >&2; exit 1; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$work/key" -out "$work/crt" 2>/dev/null
cat "$work/crt" "$work/key" >"$work/pem"
admin=$("$collector" init --data-dir "$work/data")
"$collector" serve --data-dir "$work/data" --port 0 --trusted-proxy 127.0.0.1 >"$work/out" 2>"$work/collector.log" &
pids=$!
for _ in $(seq 100); do [ -s "$work/out" ] && break; sleep 0.1; done
backend=$(sed 's,listening on http://,,' "$work/out")
[ -n "$backend" ] || fail "the collector does not listen"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ask() { curl -s --cacert "$work/crt" -H "Authorization: Bearer $admin" "$@"; }

# What agents and people do through a proxy at a port.
try() {
    url=https://localhost:$2
    for _ in $(seq 100); do ask -o /dev/null "$url/healthz" && break; sleep 0.1; done
    [ "$(ask -o /dev/null -w '%{http_code}' "$url/readyz")" = 200 ] || fail "$1: readyz"
    # A client's own X-Forwarded-For must not count: the proxy's word is what is recorded.
    ask -o /dev/null -H 'X-Forwarded-For: 198.51.100.66' -H 'Content-Type: application/json' \
        -d '{"role":"enrollment"}' "$url/v1/tokens" || fail "$1: no answer to POST /v1/tokens"
    audit=$(ask "$url/v1/audit?limit=1")
    case $audit in *198.51.100.66*) fail "$1: believes a forged address: $audit" ;; esac
    case $audit in *'"client":"127.0.0.1"'*) ;; *) fail "$1: does not tell the client's address: $audit" ;; esac
    # A large body passes, one beyond all limits does not.
    head -c 5000000 /dev/zero | tr '\0' ' ' >"$work/large"
    [ "$(ask -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' --data-binary "@$work/large" \
        "$url/v1/runs")" = 400 ] || fail "$1: a body of 5 MB"
    python3 scripts/proxy-poll.py "$url" "$work/crt" "$admin" || fail "$1: a long poll"
    echo "$1: passed"
}

nginx=${NGINX_PROGRAM:-$(command -v nginx || true)}
if [ -n "$nginx" ]; then
    port=$(free_port)
    {
        # Workers of root's nginx are somebody else, who may not write here.
        [ "$(id -u)" != 0 ] || echo "user root;"
        echo "daemon off; pid $work/nginx.pid; error_log $work/nginx.log; events {}"
        echo "http { access_log off;"
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $work/$kind;"; done
        sed -e "s,127.0.0.1:8640,$backend," -e "s,listen 443,listen 127.0.0.1:$port," \
            -e "s,/etc/ssl/certs/edgeprof.pem,$work/crt," -e "s,/etc/ssl/private/edgeprof.key,$work/key," \
            packaging/examples/nginx.conf
        echo "}"
    } >"$work/nginx.conf"
    "$nginx" -c "$work/nginx.conf" -e "$work/nginx.log" &
    pids="$pids $!"
    try nginx "$port"
else
    echo "nginx: skipped, it is not installed"
fi

haproxy=${HAPROXY_PROGRAM:-$(command -v haproxy || true)}
if [ -n "$haproxy" ]; then
    port=$(free_port)
    sed -e "s,127.0.0.1:8640,$backend," -e "s,maxconn 20000,maxconn 200," -e "s,bind :443,bind 127.0.0.1:$port," -e "s,/etc/haproxy/edgeprof.pem,$work/pem," \
        packaging/examples/haproxy.cfg >"$work/haproxy.cfg"
    "$haproxy" -db -f "$work/haproxy.cfg" >"$work/haproxy.log" 2>&1 &
    pids="$pids $!"
    try haproxy "$port"
else
    echo "haproxy: skipped, it is not installed"
fi
