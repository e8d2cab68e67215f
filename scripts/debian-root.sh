#!/bin/bash
# Makes a Debian root folder by debootstrap, from the mirror this box's apt uses; made once, then kept. Prints the folder.
# usage: debian-root.sh NAME [PACKAGE,PACKAGE…]     kept as .build/debian/NAME; about 300 MB, a minute
#   EDGEPROF_DEBIAN_RELEASE   bookworm unless set
# exit codes: 0 made, 1 failed, 2 bad usage, 77 cannot be had here (the reason is on standard error)
set -euo pipefail
fail() { echo "debian-root: $1" >&2; exit "${2:-1}"; }
case $#${1-} in [12][!-]*) ;; *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;; esac
cd "$(dirname "$0")/.."
release=${EDGEPROF_DEBIAN_RELEASE:-bookworm}
folder=$PWD/.build/debian/$1
made="$release ${2-}"
if [ -f "$folder.made" ] && [ "$(<"$folder.made")" = "$made" ]; then
  echo "$folder"
  exit 0
fi
[ "$(id -u)" = 0 ] || fail "only root can make a root folder" 77
for tool in debootstrap unshare chroot; do command -v $tool >/dev/null || fail "no $tool here" 77; done
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)
rm -rf "$folder" "$folder.made"
mkdir -p "$folder"
echo "debian-root: fetching Debian $release to $folder" >&2
debootstrap --variant=minbase ${2:+--include="$2"} "$release" "$folder" "${mirror:-http://deb.debian.org/debian}" \
  >"$folder.log" 2>&1 || { tail -n 3 "$folder.log" >&2; fail "Debian's $release cannot be had" 77; }
# How this box's apt reaches its mirrors: proxies, and hosts named by hand.
apt-config dump | grep -iE '^Acquire::(https?|ftp)::' >"$folder/etc/apt/apt.conf.d/90host" || true
cp /etc/hosts /etc/resolv.conf "$folder/etc/" 2>/dev/null || true
# A root without init starts no services.
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
chmod 0755 "$folder/usr/sbin/policy-rc.d"
# As apt-get update leaves it, so that a test need not.
chroot "$folder" apt-get -qq -o Acquire::Check-Valid-Until=false update >>"$folder.log" 2>&1 || fail "apt-get update failed in $folder" 77
rm -f "$folder"/var/cache/apt/archives/*.deb
echo "$made" >"$folder.made"
echo "$folder"
