#!/bin/bash
# Installs the agent as a new user would, in a fresh Debian root, from a collector on loopback over TLS: script, package, token,
# enrolment by an authority of one's own, first run; what must be refused, an upgrade, removal; then 'curl | sh' in another fresh
# root, the collector known by its key alone.
# usage: test-install.sh [FOLDER]     FOLDER: of the packages, .build/deb unless given (make deb)
# exit codes: 0 passed, 1 failed, 77 skipped (the reason is printed)
set -euo pipefail
cd "$(dirname "$0")/.."
debs=$(cd "${1:-.build/deb}" && pwd)
skip() { echo "test-install: skipped: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root, for a root folder of its own"
unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces here"
# Whatever ends the test ends what it started: all its processes are in these namespaces.
[ -n "${EDGEPROF_IN_NAMESPACE-}" ] || EDGEPROF_IN_NAMESPACE=1 exec unshare --mount --pid --fork --kill-child --mount-proc \
  bash "$PWD/scripts/test-install.sh" "$debs"
base=$(scripts/debian-root.sh bookworm ca-certificates,curl) || { [ $? = 77 ] && skip "no Debian root"; exit 1; }
newest() { find "$debs" -name "$1_*_$architecture.deb" | sort -V | tail -n 1; }
architecture=$(dpkg --print-architecture)
agent=$(newest edgeprof-agent) cli=$(newest edgeprof) collector=$(newest edgeprof-collector)
[ -n "$agent" ] && [ -n "$cli" ] && [ -n "$collector" ] || { echo "test-install: no packages in $debs; run: make deb" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
failed=0
pass() { echo "PASS $*"; }
fail() { echo "FAIL $*" >&2; failed=1; }
stop() { echo "test-install: $*" >&2; tail -n 20 "$work"/*.log >&2; exit 1; }
# check DESCRIPTION COMMAND...
check() { local what=$1; shift; if "$@"; then pass "$what"; else fail "$what"; fi; }
# A program in the root, on its own terminal-less session, as a machine's first boot would run it.
root=$work/root
cp -a "$base" "$root"
mount -t proc proc "$root/proc"
inside() { setsid --wait chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root "$@"; }

# Where lintian is. Who publishes packages names himself, and until then the address is none.
if command -v lintian >/dev/null; then
  check "lintian finds no error in the packages" \
    lintian --allow-root --fail-on error --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$agent" "$cli" "$collector"
fi

# The collector runs outside, from its own package.
for package in "$cli" "$collector"; do dpkg-deb -x "$package" "$work/outside"; done
edgeprof() { XDG_CONFIG_HOME=$work/config "$work/outside/usr/lib/edgeprof/edgeprof" "$@"; }
mkdir -p "$work/data" "$work/packages"
cp "$agent" "$work/packages"
(umask 077 && "$work/outside/usr/bin/edgeprof-collector" init --data-dir "$work/data" | grep -o 'edgeprof_admin_[A-Za-z0-9_-]*' >"$work/admin")
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# An authority of the collector's own, and another that has nothing to do with it.
tls=$work/tls
mkdir "$tls"
authority() { # NAME: NAME.key and NAME.pem
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tls/$1.key" -out "$tls/$1.pem" -days 2 \
    -subj "/CN=$1" -addext keyUsage=critical,keyCertSign
}
{
  authority ca && authority stranger
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tls/server.key" -out "$tls/server.csr" -subj /CN=localhost
  openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 2 -out "$tls/server.pem" \
    -extfile <(printf 'subjectAltName=DNS:localhost\n')
} >"$work/openssl.log" 2>&1 || stop "no certificates"
pin_of() { echo "sha256//$(openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64)"; }
port=$(free)
url=https://localhost:$port
serve() { # PACKAGES
  "$work/outside/usr/bin/edgeprof-collector" serve --data-dir "$work/data" --port "$port" --packages "$1" --public-url "$url" \
    --tls-certificate "$tls/server.pem" --tls-key "$tls/server.key" \
    >>"$work/collector.log" 2>&1 &
  serving=$!
  local _
  for _ in $(seq 100); do
    curl -fsS --cacert "$tls/ca.pem" "$url/install.sh" >/dev/null 2>&1 && return
    sleep 0.1
  done
  stop "the collector does not answer"
}
unserve() { kill "$1" "$serving"; wait "$serving" 2>/dev/null || true; }
serve "$work/packages"
edgeprof login "$url" --ca-file "$tls/ca.pem" --token-file "$work/admin" >/dev/null
token() { rm -f "$work/token"; edgeprof tokens create --role enrollment --uses 1 --expires 1h --output "$work/token" >/dev/null; }
token

# The authority's file is root's alone: that the agent can use it is the installation's work.
install -m 0600 "$tls/ca.pem" "$root/root/ca.pem"
install -m 0600 "$tls/stranger.pem" "$root/root/stranger.pem"
script() { curl -fsS --cacert "$tls/ca.pem" "$url/install.sh" >"$root/root/install.sh"; }
# refused DESCRIPTION WORDS [OPTION...]: the script as it stands must fail with these words in one line, and enrol nobody.
refused() {
  local what=$1 words=$2 status=0
  shift 2
  [ $# -gt 0 ] || set -- --ca-file /root/ca.pem
  inside sh /root/install.sh "$@" >"$work/refused.out" 2>"$work/refused.err" || status=$?
  if [ $status -ne 0 ] && grep -q "$words" "$work/refused.err" && ! inside test -e /var/lib/edgeprof-agent/identity.json; then
    pass "$what: $(grep "$words" "$work/refused.err")"
  else
    fail "$what: status $status, $(cat "$work/refused.err")"
  fi
}

# Refusals first: nothing of the agent is in the root yet.
mkdir "$work/wrong" "$work/tampered"
cp "$agent" "$work/wrong/$(basename "${agent%_*}")_$([ "$architecture" = arm64 ] && echo amd64 || echo arm64).deb"
unserve -TERM; serve "$work/wrong"; script
refused "another architecture is refused" "no package for $architecture on this collector"
check "in one line" test "$(wc -l <"$work/refused.err")" = 1
cp "$agent" "$work/tampered"
unserve -TERM; serve "$work/tampered"; script
printf X | dd of="$work/tampered/$(basename "$agent")" bs=1 seek=100000 conv=notrunc status=none
refused "a package that was changed is refused" "not what the collector has"
refused "a collector that another authority vouches for is refused" "could not be downloaded" --ca-file /root/stranger.pem
refused "a collector with another key is refused" "could not be downloaded" --pin "$(pin_of "$tls/stranger.pem")"
check "and nothing is installed" bash -c "! grep -q '^Package: edgeprof' '$root/var/lib/dpkg/status'"
unserve -TERM; serve "$work/packages"

# The way of the documentation: download, read, run. Every command line and environment in the root is watched.
cat >"$work/watch.py" <<'PYTHON'
import glob, os, sys
secret, until, found = open(sys.argv[1], "rb").read().strip(), sys.argv[2], set()
while not os.path.exists(until):
    for name in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
        try:
            text = open(name, "rb").read()
        except OSError:
            continue
        if secret in text: found.add(name.split("/")[-1] + ": " + text.replace(secret, b"TOKEN").replace(b"\0", b" ").decode(errors="replace"))
print("\n".join(sorted(found)))
PYTHON
watch() { rm -f "$work/watched"; python3 "$work/watch.py" "$work/token" "$work/watched" >"$work/seen" & watcher=$!; }
unwatch() { touch "$work/watched"; wait $watcher; }
watch
bash -c 'sleep 0.5; true' "$(cat "$work/token")"
unwatch
check "the watch sees a token on a command line" grep -q cmdline "$work/seen"

install -d -m 0755 "$root/etc/edgeprof"
watch
began=$(date +%s%N)
inside sh -c "curl -fsS --cacert /root/ca.pem $url/install.sh -o /root/install.sh"
check "the script reads as one function, called last" test "$(tail -n 1 "$root/root/install.sh")" = 'install_agent "$@"'
# Without a token first, then with one that others may read: both say what to do, and the next try goes on from there.
refused "no token and no terminal" "put one into /etc/edgeprof/token"
install -m 0644 "$work/token" "$root/etc/edgeprof/token"
refused "a token that others may read" "chmod 600 /etc/edgeprof/token"
chmod 0600 "$root/etc/edgeprof/token"
inside sh /root/install.sh --ca-file /root/ca.pem --name fresh --label place=root >"$work/install.log" 2>&1 || stop "the script failed"
size=$(inside dpkg -L edgeprof-agent | while read -r path; do [ -L "$root$path" ] || [ ! -f "$root$path" ] || stat -c %s "$root$path"; done | awk '{ n += $1 } END { print n + 0 }')
check "$size bytes installed, 30000000 at most" test "$size" -gt 0 -a "$size" -le 30000000
check "the agent is enrolled" grep -q "enrolled 'fresh'" "$work/install.log"
check "the token's file is gone" test ! -e "$root/etc/edgeprof/token"
check "the identity is its user's alone" test "$(inside stat -c '%U %a' /var/lib/edgeprof-agent/identity.json)" = "edgeprof-agent 600"
check "the authority is where the agent can read it" test "$(inside stat -c '%U %a' /etc/edgeprof/ca.pem)" = "root 644"
check "and the agent knows the collector by it" grep -q '/etc/edgeprof/ca.pem\|\\/etc\\/edgeprof\\/ca.pem' "$root/var/lib/edgeprof-agent/identity.json"
sed -i 's/^startup-jitter.*/startup-jitter = 1/' "$root/etc/edgeprof/agent.conf"
start() {
  chroot "$root" setpriv --reuid edgeprof-agent --regid edgeprof-agent --init-groups env -i PATH=/usr/bin:/bin \
    edgeprof-agent run >>"$work/agent.log" 2>&1 &
  running=$!
}
halt() { kill -TERM "$running"; wait "$running" || true; }
runs() { edgeprof runs list --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(len(d["runs"] if isinstance(d, dict) else d))'; }
start
job() { edgeprof jobs create "$@" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])'; }
first=$(job shufflenet_v2_x0_5 --duration 2s --instances 1)
edgeprof jobs wait "$first" --timeout 2m >>"$work/jobs.log" 2>&1 || stop "the first job did not end"
took=$((($(date +%s%N) - began) / 1000000))
unwatch
check "one run arrived" test "$(runs)" = 1
check "from download to first run $took ms, two refusals, 2 s of model and apt's downloads among them: 60 s at most" test $took -le 60000
check "no command line and no environment had the token" test -z "$(cat "$work/seen")"
check "no file and no log has the token" bash -c "! grep -rqsF -f '$work/token' '$work'/*.log '$work'/refused.* '$root'/{etc,var,usr,root,tmp,run,home}"

# Unsent work survives an upgrade: the collector dies while a model is measured.
job shufflenet_v2_x0_5 --duration 3s --instances 1 >/dev/null
for _ in $(seq 100); do pgrep -f '^/usr/lib/edgeprof-agent/edgeprof-measure|edgeprof-measure --plan' >/dev/null && break; sleep 0.1; done
unserve -KILL
spooled() { find "$root/var/lib/edgeprof-agent" -path '*spool*' -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }'; }
for _ in $(seq 200); do [ "$(spooled)" -gt 1000 ] && break; sleep 0.1; done
check "a finished run waits in the spool ($(spooled) bytes)" test "$(spooled)" -gt 1000
halt
state() { (cd "$root/var/lib/edgeprof-agent" && find . -type f ! -name '*.lock' ! -name lock -exec sha256sum {} + | sort -k 2); }
state >"$work/before"
version=$(dpkg-deb -f "$agent" Version)
dpkg-deb -R "$agent" "$work/next"
sed -i "s/^Version: .*/Version: $version+next1/" "$work/next/DEBIAN/control"
mkdir "$work/upgrade"
dpkg-deb --root-owner-group -Zgzip -b "$work/next" "$work/upgrade/edgeprof-agent_$version+next1_$architecture.deb" >/dev/null
serve "$work/upgrade"; script
cat "$tls/stranger.pem" >>"$root/root/ca.pem"
inside sh /root/install.sh --ca-file /root/ca.pem >"$work/upgrade.log" 2>&1 || stop "the upgrade failed"
check "upgraded" test "$(inside dpkg-query -W -f='${Version}' edgeprof-agent)" = "$version+next1"
state >"$work/after"
check "identity, spool and cache are untouched" cmp "$work/before" "$work/after"
check "a newer authority's file took the older's place" cmp "$root/root/ca.pem" "$root/etc/edgeprof/ca.pem"
check "settings too" grep -q '^startup-jitter = 1$' "$root/etc/edgeprof/agent.conf"
start
for _ in $(seq 300); do [ "$(runs)" -ge 2 ] && break; sleep 0.1; done
sleep 2
check "the waiting run arrived, once" test "$(runs)" = 2
halt

# Removal keeps state, purge none.
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq remove -y edgeprof-agent >"$work/remove.log" 2>&1 || stop "removal failed"
check "removal keeps identity, authority and settings" \
  test -e "$root/var/lib/edgeprof-agent/identity.json" -a -e "$root/etc/edgeprof/ca.pem" -a -e "$root/etc/edgeprof/agent.conf"
purge() {
  local left
  inside env DEBIAN_FRONTEND=noninteractive apt-get -qq purge -y edgeprof-agent >"$work/purge.log" 2>&1 || stop "purge failed"
  # The lock that keeps two measurements apart is shared with the command line, and a restart clears its folder.
  left=$(find "$root" -xdev -iname '*edgeprof*' ! -name edgeprof-measure.lock ! -path "$root/proc/*" ! -path "$root/var/cache/*" ! -path "$root/var/log/*" -printf '/%P\n')
  check "purge leaves nothing${left:+ but $left}" test -z "$left"
}
purge

# The short way, on a box where nothing was before: one line, the collector known by its key alone.
umount "$root/proc"
rm -rf --one-file-system "$root"
cp -a "$base" "$root"
mount -t proc proc "$root/proc"
unserve -TERM; serve "$work/packages"
token
install -d -m 0755 "$root/etc/edgeprof"
install -m 0600 "$work/token" "$root/etc/edgeprof/token"
pin=$(pin_of "$tls/server.pem")
began=$(date +%s%N)
inside sh -c "curl -fsS --insecure --pinnedpubkey '$pin' $url/install.sh | sh -s -- --pin '$pin' --name piped --label place=pipe" \
  >"$work/piped.log" 2>&1 || stop "'curl | sh' failed"
sed -i 's/^startup-jitter.*/startup-jitter = 1/' "$root/etc/edgeprof/agent.conf"
start
second=$(job shufflenet_v2_x0_5 --duration 2s --instances 1 --label place=pipe)
edgeprof jobs wait "$second" --timeout 2m >>"$work/jobs.log" 2>&1 || stop "the second box's job did not end"
took=$((($(date +%s%N) - began) / 1000000))
check "'curl | sh', the collector known by its key: first run after $took ms, 2 s of model among them: 60 s at most" test $took -le 60000
check "its run arrived" test "$(runs)" = 3
check "it has no authority's file" test ! -e "$root/etc/edgeprof/ca.pem"
halt
purge

umount "$root/proc"
[ $failed = 0 ] || { echo "test-install: failed" >&2; exit 1; }
echo "test-install: passed"
