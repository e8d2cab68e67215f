#!/bin/bash
# Boots Debian with systemd in a virtual machine, installs collector, command line and agent from their packages there, and
# checks units, counters, sensors, control groups, an upgrade and the removal (scripts/test-vm-guest.sh).
# usage: test-vm.sh [FOLDER]     FOLDER: of the packages, .build/deb unless given (make deb)
#   EDGEPROF_VM_LOG   file that keeps the machine's console
# exit codes: 0 passed, 1 failed, 77 skipped (the reason is printed)
set -euo pipefail
cd "$(dirname "$0")/.."
debs=$(cd "${1:-.build/deb}" && pwd)
skip() { echo "test-vm: skipped: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root, to make the machine's disk"
[ "$(uname -m)" = x86_64 ] || skip "the machine is x86-64, and this is $(uname -m)"
command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64 (package qemu-system-x86)"
base=$(scripts/debian-root.sh bookworm-vm systemd-sysv,dbus,udev,python3,initramfs-tools,linux-image-amd64) \
  || { [ $? = 77 ] && skip "no Debian root"; exit 1; }
newest() { find "$debs" -name "$1_*_amd64.deb" | sort -V | tail -n 1; }
packages=("$(newest edgeprof-collector)" "$(newest edgeprof)" "$(newest edgeprof-agent)")
for package in "${packages[@]}"; do
  [ -n "$package" ] || { echo "test-vm: no packages in $debs; run: make deb" >&2; exit 1; }
done

work=$(mktemp -d)
machine=
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
root=$work/root
cp -a "$base" "$root"
# What the packages need is put there now, for the machine has no network; the packages themselves it installs.
needs=$(for package in "${packages[@]}"; do dpkg-deb -f "$package" Depends; done | tr ',' '\n' | sed 's/(.*//; s/|.*//; s/ //g' | sort -u)
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -qq install -y --no-install-recommends $needs >"$work/apt.log" 2>&1 \
  || { tail -n 5 "$work/apt.log" >&2; skip "the packages' dependencies cannot be had"; }
mkdir "$root/packages"
cp "${packages[@]}" "$root/packages"
# The next version of each: the same programs by a higher number.
mkdir "$root/packages/next"
for package in "${packages[@]}"; do
  version=$(dpkg-deb -f "$package" Version)
  dpkg-deb -R "$package" "$work/next"
  sed -i "s/^Version: .*/Version: $version+next1/" "$work/next/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip -b "$work/next" "$root/packages/next/$(basename "${package/_${version}_/_$version+next1_}")" >/dev/null
  rm -rf "$work/next"
done
rm -f "$root/usr/sbin/policy-rc.d" "$root"/var/cache/apt/archives/*.deb
install -m 0755 scripts/test-vm-guest.sh "$root/packages/checks"
cat >"$root/etc/systemd/system/checks.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/packages/checks
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=file:/dev/ttyS0
StandardError=file:/dev/ttyS0
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../checks.service "$root/etc/systemd/system/multi-user.target.wants/checks.service"
rm -f "$root/etc/systemd/system/getty.target.wants"/*
ln -sf /dev/null "$root/etc/systemd/system/serial-getty@.service"
cp "$root"/boot/vmlinuz-* "$work/vmlinuz"
cp "$root"/boot/initrd.img-* "$work/initrd"
mke2fs -q -t ext4 -d "$root" "$work/disk" 3G >/dev/null

# KVM where it works: in a machine within a machine it may be there and boot nothing. Its kernel speaks within seconds or never.
acceleration=tcg processor=max
if [ -w /dev/kvm ]; then
  # Without arch-capabilities, which an inner machine may not set.
  timeout --kill-after=2 12 qemu-system-x86_64 -machine q35,accel=kvm -cpu host,-arch-capabilities -m 512 -nic none -display none \
    -monitor none -serial "file:$work/trial" -no-reboot -kernel "$work/vmlinuz" -append "console=ttyS0 panic=-1" \
    </dev/null >"$work/trial.log" 2>&1 || true
  if grep -q 'Linux version' "$work/trial"; then acceleration=kvm processor=host,-arch-capabilities; fi
fi
echo "machine: $(basename "$root"/boot/vmlinuz-*), $acceleration"
log=${EDGEPROF_VM_LOG:-$work/console}
timeout --kill-after=5 "${GUEST_SECONDS:-900}" qemu-system-x86_64 -machine q35,accel=$acceleration -cpu $processor -smp 2 -m 1024 -nic none \
  -display none -monitor none -serial "file:$log" -no-reboot -kernel "$work/vmlinuz" -initrd "$work/initrd" \
  -drive "file=$work/disk,format=raw,if=virtio,cache=unsafe" \
  -append "root=/dev/vda rw console=ttyS0 quiet loglevel=3 systemd.show_status=false panic=-1" </dev/null >"$work/qemu.log" 2>&1 &
machine=$!
status=0
wait "$machine" || status=$?
machine=
# A serial line ends in CR LF.
sed -i 's/\r*$//' "$log"
sed -nE '/^(PASS|FAIL|INFO) /p' "$log"
if [ $status -ne 0 ] || ! grep -q '^checks: done$' "$log" || grep -q '^FAIL ' "$log" || ! grep -q '^PASS ' "$log"; then
  grep -q '^FAIL ' "$log" || tail -n 30 "$log" "$work/qemu.log" >&2
  echo "test-vm: failed (status $status)" >&2
  exit 1
fi
echo "test-vm: passed"
