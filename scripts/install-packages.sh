#!/bin/bash
# Installs Debian packages that are missing; without the right to, prints the one command to run.
# usage: install-packages.sh PACKAGE...
set -euo pipefail
[ $# -ge 1 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
command -v dpkg-query >/dev/null || {
  echo "install-packages: not a Debian system; install the equivalents of: $*" >&2
  exit 0
}
missing=()
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
install=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "$(id -u)" = 0 ]; then
  prefix=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  prefix=(sudo)
else
  echo "install-packages: missing ${missing[*]}; run: sudo ${install[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
{ "${prefix[@]}" apt-get update && "${prefix[@]}" "${install[@]}"; } >"$log" 2>&1 || {
  tail -n 5 "$log" >&2
  echo "install-packages: failed; try: sudo apt-get update && sudo ${install[*]}" >&2
  exit 1
}
