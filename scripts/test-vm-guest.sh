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
  level=$(systemd-analyze security --no-pager --offline=true /lib/systemd/system/$unit.service | sed -nE 's/.*Overall exposure level.*: ([0-9.]+).*/\1/p')
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

# Debian's kernel keeps counters from everybody but root: as it is, then with the package's example.
run_of() { # JOB FILE
  edgeprof runs list --job "$1" --format json >/tmp/runs 2>&1
  python3 - >"$2" 2>&1 <<'PYTHON' || true
import json, subprocess
runs = json.load(open("/tmp/runs"))
runs = runs["runs"] if isinstance(runs, dict) else runs
print(subprocess.run(["edgeprof", "runs", "show", runs[0]["id"], "--format", "json"], capture_output=True, text=True).stdout)
PYTHON
}
new_job() { edgeprof jobs create "$@" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])'; }
# counted FILE: the counters that were read, and why task-clock was not; fails unless task-clock and page-faults were.
counted() {
  python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
run = run.get("run", run) if isinstance(run, dict) else run[0]
counted = {c["name"] for c in run["counters"] if c["availability"] == "ok"}
print(" ".join(sorted(counted)) + "".join("; task-clock: " + str(c["reason"]) for c in run["counters"] if c["name"] == "task-clock" and c["reason"]))
sys.exit(not {"task-clock", "page-faults"} <= counted)' "$1"
}
closed_counters() { ! counted /tmp/run.closed && [[ $(counted /tmp/run.closed) = *perf_event_paranoid* ]]; }
echo "perf_event_paranoid as booted: $(cat /proc/sys/kernel/perf_event_paranoid)" | info
job=$(new_job shufflenet_v2_x0_5 --duration 1s --instances 1)
check "a job is done as Debian has it" edgeprof jobs wait "$job" --timeout 3m
run_of "$job" /tmp/run.closed
counted /tmp/run.closed 2>&1 | info || true
check "the processor's time is not counted, and the run says why" closed_counters
# The other way, a capability for the unit alone: whether this kernel heeds it, asked of the kernel itself.
cat >/tmp/open-counter <<'PYTHON'
import ctypes, os, struct
# perf_event_attr: task-clock of this process, without kernel and hypervisor; perf_event_open(2).
attribute = struct.pack("IIQQQQQ", 1, 112, 1, 0, 0, 0, 1 << 5 | 1 << 6).ljust(112, b"\0")
libc = ctypes.CDLL(None, use_errno=True)
number = libc.syscall(298, attribute, 0, -1, -1, 0)
mask = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff"))
print("opened" if number >= 0 else "refused: " + os.strerror(ctypes.get_errno()), "with effective capabilities", mask)
PYTHON
for capability in "" CAP_PERFMON CAP_SYS_ADMIN; do
  systemd-run -q --wait --pipe -p User=nobody -p NoNewPrivileges=yes -p AmbientCapabilities="$capability" python3 /tmp/open-counter \
    >"/tmp/opened.$capability" 2>&1
  echo "task-clock of one's own, perf_event_paranoid 3, capability '$capability': $(<"/tmp/opened.$capability")" | info
done
# docs/decisions/0008: were it otherwise, the decision would have to be made anew.
check "CAP_PERFMON opens no counter to Debian's kernel" grep -q '^refused.*0000004000000000' /tmp/opened.CAP_PERFMON
check "the package has an example of a sysctl file" cp /usr/share/doc/edgeprof-agent/examples/60-edgeprof-counters.conf /etc/sysctl.d/
systemctl restart systemd-sysctl
check "put there it opens counters" test "$(cat /proc/sys/kernel/perf_event_paranoid)" = 2
# The same in the unit, as its user, beside the agent.
job=$(new_job shufflenet_v2_x1_0 --duration 1s)
check "a job is done under the unit" edgeprof jobs wait "$job" --timeout 3m
run_of "$job" /tmp/run
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
check "the unit's system call filter lets software counters through" counted /tmp/run
check "the agent is still in its unit" test "$(show edgeprof-agent ActiveState)" = active
check "no group of a run stays behind" test -z "$(find /sys/fs/cgroup -name 'edgeprof-[0-9]*-[1-9]*')"
journalctl --no-pager -q -o cat -u edgeprof-agent | tail -n 15 | info
# Priorities reach the journal.
check "the journal has priorities" test -n "$(journalctl --no-pager -q -u edgeprof-agent -p 6..6 -o cat | head -n 1)"

# An upgrade of all three while a run waits: the collector is down, so it can only lie in the spool.
state=/var/lib/edgeprof-agent
spooled() { find $state -path '*spool*' -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }'; }
starts() { journalctl --sync; journalctl --no-pager -q -o cat -u "$1" | grep -c '^Started '; }
# unit UNIT ACTIVE ENABLED: what systemd says of it.
unit() { test "$(show "$1" ActiveState) $(systemctl is-enabled "$1" 2>/dev/null)" = "$2 $3"; }
active() { for _ in $(seq 120); do [ "$(show "$1" ActiveState)" = active ] && break; sleep 0.5; done; unit "$1" active enabled; }
number() { dpkg-query -W -f='${Version}' "$1"; }
finished=$(edgeprof runs list --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(len(d["runs"] if isinstance(d, dict) else d))')
new_job shufflenet_v2_x0_5 --duration 4s --instances 1 >/dev/null
measuring() { grep -qsx edgeprof-measur /proc/[0-9]*/comm; }
for _ in $(seq 600); do measuring && break; sleep 0.1; done
check "a model is measured" measuring
systemctl stop edgeprof-collector
check "the collector's unit is stopped" unit edgeprof-collector inactive enabled
for _ in $(seq 200); do [ "$(spooled)" -gt 1000 ] && break; sleep 0.3; done
check "a finished run waits in the spool: $(spooled) bytes" test "$(spooled)" -gt 1000
waiting=$(find $state -path '*spool*' -type f -size +1k -exec sha256sum {} + | sort)
identity=$(sha256sum <$state/identity.json)
before=$(starts edgeprof-agent) version=$(number edgeprof-agent)
process=$(show edgeprof-agent MainPID)
check "the agent is upgraded" dpkg -i /packages/next/edgeprof-agent_*.deb
check "to the next version" test "$(number edgeprof-agent)" = "$version+next1"
check "its unit is active and enabled" active edgeprof-agent
# An ordered restart sets the count of those after failures to 0.
check "it was started anew once, and none of its starts failed" test "$(starts edgeprof-agent) $(show edgeprof-agent NRestarts)" = "$((before + 1)) 0"
check "as another process" test "$(show edgeprof-agent MainPID)" != "$process"
check "its identity is the same" test "$(sha256sum <$state/identity.json)" = "$identity"
check "the waiting run is the same" test "$(find $state -path '*spool*' -type f -size +1k -exec sha256sum {} + | sort)" = "$waiting"
check "collector and command line are upgraded" dpkg -i /packages/next/edgeprof-collector_*.deb /packages/next/edgeprof_*.deb
check "a stopped collector stays stopped through it" unit edgeprof-collector inactive enabled
check "it starts" systemctl start edgeprof-collector
check "the collector's unit is active and enabled" active edgeprof-collector
arrived() { edgeprof runs list --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(len(d["runs"] if isinstance(d, dict) else d))'; }
for _ in $(seq 240); do [ "$(arrived)" -gt "$finished" ] && break; sleep 0.5; done
sleep 3
check "the waiting run arrived, once" test "$(arrived)" = $((finished + 1))
before=$(starts edgeprof-collector)
check "the collector is installed anew while it runs" dpkg -i /packages/next/edgeprof-collector_*.deb
check "its unit is active and enabled" active edgeprof-collector
check "and was started anew once" test "$(starts edgeprof-collector)" = $((before + 1))
check "what it stored is still there" test "$(arrived)" = $((finished + 1))
check "the agent came through it" unit edgeprof-agent active enabled

check "is removed" dpkg --remove edgeprof-agent
check "its unit is gone" test "$(show edgeprof-agent LoadState) $(show edgeprof-agent ActiveState)" = "not-found inactive"
check "no process of it is left" test -z "$(find /proc -maxdepth 1 -name '[0-9]*' -user edgeprof-agent)"
check "its identity stays" test -e $state/identity.json
check "purges" dpkg --purge edgeprof-agent edgeprof-collector edgeprof
check "the collector's unit is gone" test "$(show edgeprof-collector LoadState) $(show edgeprof-collector ActiveState)" = "not-found inactive"
check "nothing stays" test -z "$(ls -d /var/lib/edgeprof* /etc/edgeprof* /lib/systemd/system/edgeprof* /etc/systemd/system/*/edgeprof* 2>/dev/null)"
echo "checks: done"
