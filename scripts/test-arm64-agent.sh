#!/bin/bash
# Builds the agent's arm64 package, installs it in an arm64 Debian root, and has the agent enrol with a collector of this box, do a
# job and send its run, every program of that root under qemu (cortex-a72). The run is real, its times mean nothing: it is labelled
# emulated.
# usage: test-arm64-agent.sh [FOLDER]     default: .build/arm64-agent; 4 GB kept there, twenty minutes the first time
#   EDGEPROF_BIN   folder of this box's collector and command line; swift build's unless set
# packages: debootstrap qemu-user-static; root; Linux 6.7, where emulators are a user namespace's own matter
# exit codes: 0 passed, 1 failed, 2 bad usage, 77 skipped (the reason is printed)
set -euo pipefail
case $#${1-} in 0 | 1[!-]*) ;; *) sed -n '2,8s/^# //p' "$0" >&2; exit 2 ;; esac
script=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
skip() { echo "test-arm64-agent: skipped: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root, for roots of its own"
[ "$(uname -m)" = x86_64 ] || skip "builds from x86-64, and this is $(uname -m)"
for tool in debootstrap qemu-aarch64-static nsenter unshare cc; do command -v $tool >/dev/null || skip "no $tool here"; done
unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces here"
folder=${1:-$(dirname "$script")/../.build/arm64-agent}
folder=$(mkdir -p "$folder" && cd "$folder" && pwd)
cd "$(dirname "$script")/.."
# Whatever ends the test ends what it started: all its processes are in these namespaces.
[ -n "${EDGEPROF_IN_NAMESPACE-}" ] || EDGEPROF_IN_NAMESPACE=1 exec unshare --mount --pid --fork --kill-child --mount-proc \
  bash "$script" "$folder"
work=
trap '[ -z "$work" ] || rm -rf --one-file-system "$work"' EXIT
stop() { echo "test-arm64-agent: $*" >&2; [ -z "$work" ] || tail -n 20 "$work"/*.log >&2; exit 1; }
check() { local what=$1; shift; if "$@"; then echo "PASS $what"; else stop "FAIL $what"; fi; }

built=$(scripts/build-arm64-agent.sh "$folder") || { [ $? = 77 ] && skip "no Swift for arm64"; exit 1; }
read -r programs sysroot <<<"$built"
# Programs built on Debian's moving suite run on it.
suite=$(<"$folder/made")
work=$(mktemp -d "$folder/test.XXXXXX")

# A user namespace has emulators of its own, so that this box's are left alone. The processor is the emulator's argument, not a
# variable: a measured model's process sees none.
cat >"$work/emulator.c" <<'C'
#include <unistd.h>
int main(int count, char **arguments) {
  char *passed[count + 3];
  passed[0] = "qemu-aarch64-static";
  passed[1] = "-cpu";
  passed[2] = "cortex-a72";
  for (int index = 1; index <= count; index++) passed[index + 2] = arguments[index];
  execv("/emulator/qemu", passed);
  return 127;
}
C
cc -static -O1 -o "$work/emulator" "$work/emulator.c" || skip "no static C library to build the emulator's starter with"
cat >"$work/namespace" <<'SH'
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || exit 1
cd /proc/sys/fs/binfmt_misc || exit 1
# Programs of a system that knows arm64 already are not its kernel's to run here.
aarch64='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
echo ":edgeprof-aarch64:M::$aarch64:$mask:$1:F" >register || exit 1
cd /
touch "$2"
exec sleep infinity
SH
unshare --user sleep infinity &
user=$!
for _ in $(seq 100); do [ "$(readlink /proc/$user/ns/user)" != "$(readlink /proc/self/ns/user)" ] && break; sleep 0.05; done
{ echo "0 0 4294967295" >/proc/$user/uid_map && echo "0 0 4294967295" >/proc/$user/gid_map; } 2>/dev/null || skip "no user namespaces here"
nsenter --target $user --user --setuid 0 --setgid 0 unshare --mount --pid --fork --kill-child --mount-proc \
  sh "$work/namespace" "$work/emulator" "$work/ready" 2>"$work/namespace.log" &
outer=$!
for _ in $(seq 100); do [ -e "$work/ready" ] || ! kill -0 $outer 2>/dev/null || { sleep 0.05; continue; }; break; done
[ -e "$work/ready" ] || skip "this kernel ($(uname -r)) gives a user namespace no emulators: $(head -n 1 "$work/namespace.log")"
init=$(cut -d ' ' -f 1 "/proc/$outer/task/$outer/children")
# emulated ROOT COMMAND...: in a root of arm64 programs.
emulated() {
  local root=$1
  shift
  setsid --wait nsenter --target "$init" --user --mount --pid --setuid 0 --setgid 0 chroot "$root" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root "$@"
}

base=$folder/debian
if [ ! -f "$base.made" ] || [ "$(<"$base.made")" != "$suite" ]; then
  echo "test-arm64-agent: making an arm64 root of Debian's $suite, some minutes" >&2
  mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)
  rm -rf --one-file-system "$base"
  debootstrap --foreign --variant=minbase --arch=arm64 --include=ca-certificates,systemd,libcurl4t64,zlib1g,libstdc++6 \
    "$suite" "$base" "${mirror:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 || { tail -n 3 "$work/debootstrap.log" >&2; skip "Debian's $suite for arm64 cannot be had"; }
  install -D -m 0755 "$(command -v qemu-aarch64-static)" "$base/emulator/qemu"
  # As in a container that makes no device files: they are there already.
  emulated "$base" container=lxc /debootstrap/debootstrap --second-stage >"$work/debootstrap.log" 2>&1 \
    || { tail -n 3 "$work/debootstrap.log" >&2; skip "Debian's $suite for arm64 cannot be set up here"; }
  rm -rf "$base"/var/cache/apt/archives/*.deb "$base"/usr/share/{doc,locale,man}/*
  echo "$suite" >"$base.made"
fi
install -D -m 0755 "$(command -v qemu-aarch64-static)" "$base/emulator/qemu"

EDGEPROF_BIN=$programs EDGEPROF_SYSROOT=$sysroot scripts/make-deb.sh "$work/debs" >"$work/deb.log" 2>&1 || stop "no package"
package=$(echo "$work"/debs/edgeprof-agent_*_arm64.deb)
check "one package and its sums" sh -c "cd '$work/debs' && sha256sum --quiet --check SHA256SUMS && test \$(wc -l <SHA256SUMS) = 1 && ls *.deb | wc -l | grep -qx 1"
check "for arm64, by its control file" test "$(dpkg-deb -f "$package" Package Architecture | tr '\n' ' ')" = "Package: edgeprof-agent Architecture: arm64 "
depends=$(dpkg-deb -f "$package" Depends)
check "it depends on $depends" grep -Eq '^libc6 \(>= 2\.[0-9]+\), .*libcurl4.*systemd$' <<<"$depends"
dpkg-deb -x "$package" "$work/unpacked"
for program in edgeprof-agent edgeprof-measure; do
  check "$program is for AArch64, and stripped" sh -c "readelf -h '$work/unpacked/usr/lib/edgeprof-agent/$program' | grep -q 'Machine: *AArch64' \
    && ! readelf -S '$work/unpacked/usr/lib/edgeprof-agent/$program' | grep -q symtab"
done

# A root of its own over the kept one, which stays as it is; seen by the namespace of the emulators because it is made there.
root=$work/root
mkdir "$root"
cp -a "$base/." "$root"
cp "$package" "$root/package.deb"
cp /etc/hosts "$root/etc/hosts"
in_root() { emulated "$root" "$@"; }
nsenter --target "$init" --user --mount --pid --setuid 0 --setgid 0 mount -t proc proc "$root/proc" || stop "no /proc in the root"
# The emulator shows this box's processor in /proc; the root has an arm64 board's, and its device tree's name.
printf 'processor\t: %s\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n' \
  0 1 2 3 >"$root/cpuinfo"
install -d "$root/sys/firmware/devicetree/base"
printf 'Emulated board\0' >"$root/sys/firmware/devicetree/base/model"
nsenter --target "$init" --user --mount --pid --setuid 0 --setgid 0 mount --bind "$root/cpuinfo" "$root/proc/cpuinfo" || stop "no /proc/cpuinfo in the root"
check "the root runs arm64 programs: $(in_root uname -m)" test "$(in_root uname -m)" = aarch64
in_root env DEBIAN_FRONTEND=noninteractive dpkg -i /package.deb >"$work/dpkg.log" 2>&1 || stop "the package cannot be installed"
check "installed by dpkg, configured" test "$(in_root dpkg-query -W -f '${Status} ${Architecture}' edgeprof-agent)" = "install ok installed arm64"
check "its state is its user's alone" test "$(in_root stat -c '%U %a' /var/lib/edgeprof-agent)" = "edgeprof-agent 700"
check "it runs: version $(in_root edgeprof-agent --version)" test "$(in_root edgeprof-agent --version)" = "$(dpkg-deb -f "$package" Version)"

bin=${EDGEPROF_BIN:-$(swift build --show-bin-path)}
edgeprof() { XDG_CONFIG_HOME=$work/config "$bin/edgeprof" "$@"; }
umask 077
"$bin/edgeprof-collector" init --data-dir "$work/data" | grep -o 'edgeprof_admin_[A-Za-z0-9_-]*' >"$work/admin"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
"$bin/edgeprof-collector" serve --data-dir "$work/data" --port "$port" --packages "$work/debs" >"$work/collector.log" 2>&1 &
for _ in $(seq 100); do edgeprof login "$url" --token-file "$work/admin" >/dev/null 2>&1 && break; sleep 0.1; done
python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$url/install.sh" >"$work/install.sh"
check "the collector hands it out" grep -q 'arm64) file=edgeprof-agent_' "$work/install.sh"
edgeprof tokens create --role enrollment --uses 1 --expires 1h --output "$work/token" >/dev/null
install -D -m 0600 "$work/token" "$root/etc/edgeprof/token"
chmod 0755 "$root/etc/edgeprof"
in_root edgeprof-agent-setup "$url" --name emulated --label emulated=cortex-a72 >"$work/enrol.log" 2>&1 || stop "it does not enrol"
check "it enrols" grep -q "enrolled 'emulated'" "$work/enrol.log"
sed -i 's/^startup-jitter.*/startup-jitter = 1/' "$root/etc/edgeprof/agent.conf"
emulated "$root" setpriv --reuid edgeprof-agent --regid edgeprof-agent --init-groups edgeprof-agent run >"$work/agent.log" 2>&1 &
job=$(edgeprof jobs create shufflenet_v2_x0_5 --label emulated=cortex-a72 --duration 2s --instances 1 --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
edgeprof jobs wait "$job" --timeout 8m >"$work/job.log" 2>&1 || stop "the job did not end well"
edgeprof runs list --job "$job" --format json >"$work/runs"
run=$(python3 -c 'import json, sys; runs = json.load(open(sys.argv[1])); runs = runs["runs"] if isinstance(runs, dict) else runs; assert len(runs) == 1, runs; print(runs[0]["id"])' "$work/runs")
edgeprof runs show "$run" --format json >"$work/run"
python3 - "$work/run" "$(in_root sh -c '. /etc/os-release; echo "$PRETTY_NAME"')" <<'PYTHON' || stop "the run is not as it should be: $(head -c 3000 "$work/run")"
import json, sys
run = json.load(open(sys.argv[1]))
run = run.get("run", run)
host, told = run["host"], []
def same(name, value, expected):
    assert value == expected, f"{name}: {value!r}, not {expected!r}"
    told.append(f"{name} {value}")
same("outcome", run["outcome"], "ok")
same("isa", run["isa"], "neon")
same("host's isa", host["isa"], "neon")
same("architecture", host["architecture"], "arm64")
same("operating system", host["operatingSystem"], sys.argv[2])
same("CPU", host["cpuModel"], "Cortex-A72")
same("board", host["board"], "Emulated board")
assert run["throughputPerSecond"] > 0 and run["latencyNanoseconds"] and run["memory"], "it has no figures"
print("PASS the stored run:", ", ".join(told))
PYTHON
in_root env DEBIAN_FRONTEND=noninteractive dpkg --purge edgeprof-agent >"$work/purge.log" 2>&1 || stop "purge failed"
check "purged, nothing stays" test ! -e "$root/var/lib/edgeprof-agent" -a ! -e "$root/etc/edgeprof"
echo "test-arm64-agent: passed"
