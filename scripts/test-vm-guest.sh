#!/bin/bash
# The checks of scripts/test-vm.sh, run by the machine itself as root. One line each: PASS, FAIL or INFO.
set -uo pipefail
export XDG_CONFIG_HOME=/root/config HOME=/root LANG=C.UTF-8
pass() { echo "PASS $*"; }
fail() { echo "FAIL $*"; }
info() { sed 's/^/INFO /'; }
check() { local what=$1; shift; if "$@" >/tmp/check.out 2>&1; then pass "$what"; else fail "$what: $(tr '\n' ' ' </tmp/check.out | head -c 600)"; fi; }
show() { systemctl show "$1" -p "$2" --value; }
# field PATH FILE: one value of a JSON document, by names and numbers.
field() {
  python3 -c '
import json, sys
value = json.load(open(sys.argv[2]))
for word in sys.argv[1].split("."):
    value = value[int(word)] if isinstance(value, list) else value.get(word) if value is not None else None
print(json.dumps(value) if isinstance(value, (dict, list)) else value)' "$@"
}
ended() { fail "$1"; journalctl --no-pager -q -n 40 -u edgeprof-agent -u edgeprof-collector; echo "checks: done"; exit 0; }

check "packages install" dpkg -i /packages/edgeprof*.deb
check "the collector's unit is active" systemctl is-active edgeprof-collector
url=http://127.0.0.1:8640
for _ in $(seq 100); do edgeprof login $url --token-file /etc/edgeprof-collector/first-admin-token >/dev/null 2>&1 && break; sleep 0.3; done
install -d -m 0755 /etc/edgeprof
sed -i 's/^startup-jitter.*/startup-jitter = 1/' /etc/edgeprof/agent.conf
token() { rm -f /etc/edgeprof/token; edgeprof tokens create --role enrollment --uses 1 --expires 1h --output /etc/edgeprof/token; }
token >/dev/null || ended "no enrolment token"
# A test's watchdog and restart must not take minutes.
mkdir -p /run/systemd/system/edgeprof-agent.service.d
printf '[Service]\nWatchdogSec=4\nRestartSec=1\n' >/run/systemd/system/edgeprof-agent.service.d/quick.conf
systemctl daemon-reload
check "enrols, and starts the unit" edgeprof-agent-setup $url --name machine --memory-limit 64MiB

# Unit: Type=notify makes it active only when the agent has said so.
for _ in $(seq 60); do [ "$(show edgeprof-agent ActiveState)" = active ] && break; sleep 0.5; done
check "the agent's unit is active, Type=$(show edgeprof-agent Type)" test "$(show edgeprof-agent ActiveState) $(show edgeprof-agent Type)" = "active notify"
check "as its own user" test "$(stat -c %U "/proc/$(show edgeprof-agent MainPID)")" = edgeprof-agent
show edgeprof-agent StatusText | info
sleep 10
check "the watchdog of 4 s is fed for 10 s" test "$(show edgeprof-agent NRestarts) $(show edgeprof-agent ActiveState)" = "0 active"
kill -STOP "$(show edgeprof-agent MainPID)"
for _ in $(seq 40); do [ "$(show edgeprof-agent NRestarts)" = 1 ] && break; sleep 0.5; done
check "an agent that hangs is started anew" test "$(show edgeprof-agent NRestarts)" = 1
for unit in edgeprof-agent edgeprof-collector; do
  level=$(systemd-analyze security --no-pager $unit.service | sed -nE 's/.*Overall exposure level.*: ([0-9.]+).*/\1/p')
  check "$unit: exposure $level, 2.5 at most" awk -v l="$level" 'BEGIN { exit !(l != "" && l <= 2.5) }'
done

# What the box offers: counters, sensors, control groups.
echo "perf_event_paranoid $(cat /proc/sys/kernel/perf_event_paranoid), $(ls -d /sys/class/powercap/*:* 2>/dev/null | wc -l) energy domains, $(ls -d /sys/class/thermal/thermal_zone* /sys/class/hwmon/hwmon* 2>/dev/null | wc -l) thermal zones and sensors" | info
edgeprof doctor --format table 2>&1 | info
check "the unit's groups are its user's" test "$(stat -c %U /sys/fs/cgroup/system.slice/edgeprof-agent.service/cgroup.procs)" = edgeprof-agent

# A limit of the control group's, in version 2.
delegated() { systemd-run -q --wait --pipe -p Delegate=yes --setenv=XDG_CACHE_HOME=/root/cache "$@"; }
profile() { delegated edgeprof profile shufflenet_v2_x1_0 --duration 1s --memory-limit "$1" --format json "${@:3}" >"$2" 2>"$2.err"; }
profile 64MiB /tmp/fits
check "64 MiB: exit code 0" test $? = 0
field runs.0.memoryLimit /tmp/fits 2>&1 | info
check "64 MiB: by cgroup-v2, fits" test "$(field runs.0.memoryLimit.mechanism /tmp/fits) $(field runs.0.memoryLimit.verdict /tmp/fits)" = "cgroup-v2 fits"
head -c 600 /tmp/fits.err | info
# Sixteen instances' activations: the kernel ends the process.
profile 9MiB /tmp/small --scenario offline --instances 16
field runs.0.memoryLimit /tmp/small 2>&1 | info
head -c 600 /tmp/small.err | info
check "16 instances in 9 MiB: by cgroup-v2, does not fit" test "$(field runs.0.memoryLimit.mechanism /tmp/small) $(field runs.0.memoryLimit.verdict /tmp/small)" = "cgroup-v2 does-not-fit"
# Less than the program alone: said before anything is loaded.
profile 4MiB /tmp/tiny
check "4 MiB: by cgroup-v2, does not fit" test "$(field runs.0.memoryLimit.mechanism /tmp/tiny) $(field runs.0.memoryLimit.verdict /tmp/tiny)" = "cgroup-v2 does-not-fit"
check "no group stays behind" test -z "$(find /sys/fs/cgroup -name 'edgeprof-[0-9]*-*')"

# Debian's kernel keeps counters from everybody but root; with 2 the unit's own process may count.
check "counters can be opened to the agent" sh -c "echo 2 >/proc/sys/kernel/perf_event_paranoid"
# The same in the unit, as its user, beside the agent.
job=$(edgeprof jobs create shufflenet_v2_x1_0 --duration 1s --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
check "a job is done under the unit" edgeprof jobs wait "$job" --timeout 3m
edgeprof runs list --job "$job" --format json >/tmp/runs 2>&1
python3 - >/tmp/run 2>&1 <<'PYTHON' || true
import json, subprocess
runs = json.load(open("/tmp/runs"))
runs = runs["runs"] if isinstance(runs, dict) else runs
print(subprocess.run(["edgeprof", "runs", "show", runs[0]["id"], "--format", "json"], capture_output=True, text=True).stdout)
PYTHON
limit() { python3 -c '
import json, sys
run = json.load(open("/tmp/run"))
run = run.get("run", run) if isinstance(run, dict) else run[0]
print(json.dumps(run.get("memoryLimit")))
print("counters:", sorted({str(c["reason"]) for c in run.get("counters", [])}))'; }
limit 2>&1 | info
check "under the unit: by cgroup-v2, fits" bash -c "python3 -c '
import json
text = open(\"/tmp/run\").read()
assert \"\\\"cgroup-v2\\\"\" in text and \"\\\"fits\\\"\" in text, text[:400]'"
check "the unit's system call filter lets software counters through" python3 -c '
import json
run = json.load(open("/tmp/run"))
run = run.get("run", run) if isinstance(run, dict) else run[0]
counted = {c["name"] for c in run["counters"] if c["availability"] == "ok"}
assert {"task-clock", "page-faults"} <= counted, [c for c in run["counters"] if c["name"] == "task-clock"]'
check "the agent is still in its unit" test "$(show edgeprof-agent ActiveState)" = active
check "no group of a run stays behind" test -z "$(find /sys/fs/cgroup -name 'edgeprof-[0-9]*-[1-9]*')"
journalctl --no-pager -q -o cat -u edgeprof-agent | tail -n 15 | info
# Priorities reach the journal.
check "the journal has priorities" test -n "$(journalctl --no-pager -q -u edgeprof-agent -p 6..6 -o cat | head -n 1)"

check "purges" dpkg --purge edgeprof-agent edgeprof-collector edgeprof
check "nothing stays" test -z "$(ls -d /var/lib/edgeprof* /etc/edgeprof* 2>/dev/null)"
echo "checks: done"
