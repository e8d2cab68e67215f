#!/bin/bash
# The hardware counters' own code on a processor that has counters: an emulated cortex-a76 with Debian's arm64 kernel, with its
# PMU, without it, and with perf_event_open refused; then under qemu-user, which has no perf_event_open at all.
# What cannot be fetched here (no network, no apt) is a reason to skip, not a failure; a check that does not hold is one.
# The real edgeprof-measure runs a small network there too, and what it counts in window and layers is checked.
# usage: test-pmu.sh [--keep-logs]     packages: qemu-system-arm qemu-user-static cpio     first time: 600 MB down, a minute
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/.build/pmu
logs=$(mktemp -d)
guest=
cleanup() {
  # The emulator ends with the guest; should the script end first, timeout hands the signal on, and it must not outlive us.
  if [ -n "$guest" ]; then
    kill -TERM "$guest" 2>/dev/null || true
    wait "$guest" 2>/dev/null || true
  fi
  rm -rf "$logs"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
mkdir -p "$work"
skip() {
  echo "skipped: test-pmu: $*"
  exit 0
}
for tool in qemu-system-aarch64 qemu-aarch64-static cpio dpkg-deb apt-get; do
  command -v $tool >/dev/null || skip "no $tool; sudo apt-get install -y qemu-system-arm qemu-user-static cpio"
done

# The kernel, from Debian's package for arm64: apt with a state of its own, so that the host's architectures stay as they are.
fetch_kernel() {
  local state=$work/apt name deb
  mkdir -p "$state"/lists/partial "$state"/cache/archives/partial "$work/debs"
  local apt=(-q -o "Dir::State=$state" -o Dir::State::status=/dev/null -o "Dir::Cache=$state/cache"
    -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)")
  apt-get "${apt[@]}" update || true # A source without arm64 must not stop the others.
  name=$(apt-cache "${apt[@]}" depends linux-image-arm64 | sed -nE 's/^ *Depends: (linux-image-[0-9].*)/\1/p' | head -n 1)
  [ -n "$name" ] || return 1
  (cd "$work/debs" && rm -f linux-image-*.deb && apt-get "${apt[@]}" download "$name") || return 1
  deb=$(ls "$work"/debs/linux-image-*.deb)
  rm -rf "$work/kernel.part"
  mkdir "$work/kernel.part"
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/kernel.part" --wildcards './boot/vmlinuz-*' || return 1
  mv "$work"/kernel.part/boot/vmlinuz-* "$work/vmlinuz"
  basename "$deb" >"$work/vmlinuz.package"
  rm -rf "$work/kernel.part" "$deb"
}
if [ ! -s "$work/vmlinuz" ] || [ ! -s "$work/vmlinuz.package" ]; then
  echo "fetching Debian's arm64 kernel"
  fetch_kernel >"$logs/kernel" 2>&1 || { tail -n 3 "$logs/kernel" >&2; skip "Debian's arm64 kernel cannot be had here"; }
fi

# Swift for arm64; the script prints its folder, and 77 says that it cannot be had here.
[ -x scripts/make-arm64-sdk.sh ] || skip "no scripts/make-arm64-sdk.sh"
status=0
sdk=$(scripts/make-arm64-sdk.sh ${EDGEPROF_ARM64_SDK:+"$EDGEPROF_ARM64_SDK"}) || status=$?
[ $status -ne 77 ] || skip "no arm64 Swift can be had here"
[ $status -eq 0 ] || { echo "test-pmu: the arm64 SDK could not be made" >&2; exit 1; }

# The program and the guest's first process, static: the guest holds nothing else. The latter without the Swift runtime, which
# wants /proc before main.
swift build -c release --package-path Tests/PMU --scratch-path "$work/build" --swift-sdks-path "$sdk/bundles" \
  --swift-sdk edgeprof-arm64 --static-swift-stdlib -Xswiftc -static-executable -j "${JOBS:-2}" >"$logs/build" 2>&1 || {
  tail -n 30 "$logs/build" >&2
  echo "test-pmu: the checks do not build" >&2
  exit 1
}
programs=$work/build/aarch64-unknown-linux-gnu/release
toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
rm -rf "$work/initramfs"
mkdir -p "$work/initramfs/dev"
"$toolchain/clang" --target=aarch64-unknown-linux-gnu --sysroot="$sdk/sysroot" -fuse-ld=lld -static -O1 -Wall -Wextra \
  --gcc-install-dir="$(echo "$sdk"/sysroot/usr/lib/gcc/aarch64-linux-gnu/*)" Tests/PMU/guest-init.c -o "$work/initramfs/init"
cp "$programs/pmu-checks" "$work/initramfs/pmu-checks"

# The measuring process itself, as scripts/test-arm64.sh builds it, the libraries it names, and a small network's plan.
for product in network-hashes edgeprof-measure; do
  EDGEPROF_TARGET_ARCH=arm64 swift build -c release --scratch-path .build-arm64 --swift-sdks-path "$sdk/bundles" \
    --swift-sdk edgeprof-arm64 --static-swift-stdlib --product $product -j "${JOBS:-2}" >"$logs/build" 2>&1 || {
    tail -n 30 "$logs/build" >&2
    echo "test-pmu: $product does not build for arm64" >&2
    exit 1
  }
done
arm=.build-arm64/aarch64-unknown-linux-gnu/release
emulated() { qemu-aarch64-static -cpu cortex-a76 -L "$sdk/sysroot" "$arm/network-hashes" "$@"; }
emulated plan shufflenet_v2_x1_0@96 neondotprod "$work/initramfs/plan"
chmod 644 "$work/initramfs/plan"
cp "$arm/edgeprof-measure" "$work/initramfs/edgeprof-measure"
mkdir "$work/initramfs/lib"
for library in ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libgcc_s.so.1 libstdc++.so.6; do
  cp -L "$sdk/sysroot/lib/aarch64-linux-gnu/$library" "$work/initramfs/lib/$library"
done
for program in pmu-checks edgeprof-measure; do "$toolchain/llvm-objcopy" --strip-debug "$work/initramfs/$program"; done
(cd "$work/initramfs" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$work/initramfs.gz"

failed=0
# Boots the guest with a processor and a choice of checks; its console is the log.
boot() {
  local cpu=$1 checks=$2 log=$3
  timeout --kill-after=5 "${GUEST_SECONDS:-180}" qemu-system-aarch64 -M virt,gic-version=3 -cpu "$cpu" -icount shift=1 -m 512 \
    -display none -monitor none -serial "file:$log" -no-reboot -nodefaults -kernel "$work/vmlinuz" -initrd "$work/initramfs.gz" \
    -append "console=ttyAMA0 quiet loglevel=3 panic=-1 checks=$checks" </dev/null >"$log.qemu" 2>&1 &
  guest=$!
  local status=0
  wait "$guest" || status=$?
  guest=
  # A serial line ends in CR LF.
  sed -i 's/\r$//' "$log"
  if [ $status -ne 0 ] || ! grep -q '^guest: done$' "$log"; then
    tail -n 20 "$log" "$log.qemu" >&2
    echo "test-pmu: the guest with $cpu did not end well (status $status)" >&2
    failed=1
  fi
}
# Each of the checks named must have passed, in the log's part of that mode, and none failed.
judge() {
  local log=$1 mode=$2
  shift 2
  local name
  for name in "$@"; do
    grep -q "^PASS $name:" "$log" || { echo "test-pmu: $mode: no PASS of $name" >&2; failed=1; }
  done
  if grep -q '^FAIL ' "$log"; then failed=1; fi
  sed -nE "s/^(PASS|FAIL) /\1 [$mode] /p; /^(SUM |guest: .*cannot)/p" "$log"
}
counted=(repeats exact windows-add-up overhead group turns-are-taken scaled-is-marked scaled-is-near brief-is-refused
  threads-inherit earlier-threads-do-not value-or-reason caches-are-absent software-counts)

echo "guest: cortex-a76 with a PMU, $(cat "$work/vmlinuz.package")"
began=$SECONDS
boot cortex-a76 pmu "$logs/pmu"
judge "$logs/pmu" pmu "${counted[@]}" denied remedy perfmon-alone
# What the real measuring process counted, in its window and in its layers.
sed -n 's/^RECORD //p' "$logs/pmu" |
  python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >"$logs/record"
emulated counters "$logs/record" >"$logs/measured" 2>&1 || failed=1
judge "$logs/measured" measured window-cycles window-instructions caches-have-reasons layers-count-what-counts layers-add-up \
  work-takes-instructions derived-ipc derived-misses-absent
# Once without privileges and once as root.
[ "$(grep -c '^SUM counted: .* 0 failed' "$logs/pmu")" = 2 ] || { echo "test-pmu: counted did not hold twice" >&2; failed=1; }
echo "guest: cortex-a76 without a PMU"
boot cortex-a76,pmu=off nopmu "$logs/nopmu"
judge "$logs/nopmu" no-pmu no-pmu software-counts
echo "qemu-user: no perf_event_open"
timeout 60 qemu-aarch64-static -cpu cortex-a76 "$programs/pmu-checks" no-system-call >"$logs/user" 2>&1 || failed=1
judge "$logs/user" qemu-user no-system-call reason-names-it
[ "${1:-}" != --keep-logs ] || cp "$logs"/{pmu,nopmu,user} "$work/"
if [ $failed -ne 0 ]; then
  echo "test-pmu: failed" >&2
  exit 1
fi
echo "test-pmu: passed in $((SECONDS - began)) s"
