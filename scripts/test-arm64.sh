#!/bin/bash
# Whole networks on emulated arm64 processors, with every instruction set each offers: their outputs must be those of
# x86-64, byte for byte. Then one measurement by the real edgeprof-measure. Times mean nothing here.
# usage: test-arm64.sh     packages: qemu-user-static; Debian's arm64 Swift is fetched (scripts/make-arm64-sdk.sh)
# exit codes: 0 all equal, 1 not, 77 skipped (no arm64 Swift to be had; the reason is printed)
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "test-arm64: $1" >&2; exit 1; }
[ "$(uname -m)" = x86_64 ] || { echo "test-arm64: skipped: compares with x86-64, and this is $(uname -m)"; exit 77; }
sdk=$(scripts/make-arm64-sdk.sh) || {
  status=$?
  [ $status -ne 77 ] || echo "test-arm64: skipped: no Swift for arm64"
  exit $status
}
work=$(mktemp -d)
runs=()
trap 'kill "${runs[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

swift build --quiet --product network-hashes
for product in network-hashes edgeprof-measure; do
  EDGEPROF_TARGET_ARCH=arm64 swift build --quiet -c release --scratch-path .build-arm64 --swift-sdks-path "$sdk/bundles" \
    --swift-sdk edgeprof-arm64 --static-swift-stdlib --product $product
done
scripts/check-kernel-symbols.sh .build-arm64
here=$(swift build --show-bin-path)/network-hashes
there=.build-arm64/aarch64-unknown-linux-gnu/release
emulated() { qemu-aarch64-static -cpu "$1" -L "$sdk/sysroot" "$there/$2" "${@:3}"; }

# Each processor must find exactly its own instruction sets, and runs those that no lesser one has.
processor() { # CPU "DETECTED" ISA...
  local detected
  detected=$(emulated "$1" network-hashes kernels)
  [ "$detected" = "$2" ] || fail "$1 should offer $2; found $detected"
  echo "covered on emulated $1: ${*:3}"
  # Replaces its shell, so that ending the script ends the emulator.
  (exec qemu-aarch64-static -cpu "$1" -L "$sdk/sysroot" "$there/network-hashes" hashes "${@:3}") >"$work/$1.hashes" &
  runs+=($!)
}
processor cortex-a72 "neon portable" portable neon
processor cortex-a76 "neondotprod neon portable" neondotprod
processor max "neoni8mm neondotprod neon portable" neoni8mm
read -ra sets < <("$here" kernels)
echo "covered on this x86-64: ${sets[*]}"
"$here" hashes "${sets[@]}" >"$work/x86-64.hashes" &
runs+=($!)
for run in "${runs[@]}"; do wait "$run" || fail "a run ended early"; done

# A line is: network plan instruction-set threads hash.
awk '
  { key = $1 " " $2 }
  !(key in hash) { hash[key] = $5; order[++count] = key }
  hash[key] != $5 { sub(".*/", "", FILENAME); print "differs: " $0 " (" FILENAME "), not " hash[key]; differing++ }
  END {
    for (i = 1; i <= count; i++) if (order[i] !~ /^random/) print "  " hash[order[i]], order[i]
    print NR " outputs of " count " plans compared, " differing + 0 " differ"
    exit differing > 0 || count == 0 || NR % count != 0
  }' "$work"/*.hashes || fail "arm64 and x86-64 disagree"

# The measuring process itself, on a plan packed for its processor, and on one packed for a better processor.
emulated cortex-a72 network-hashes plan mobilenet_v2@96 neon "$work/neon.plan"
emulated max network-hashes plan mobilenet_v2@96 neoni8mm "$work/neoni8mm.plan"
measure() {
  emulated cortex-a72 edgeprof-measure --plan 4 --record 3 --threads 2 --instances 1 --nanoseconds 500000000 --layers \
    3>"$work/record" 4<"$1"
}
measure "$work/neon.plan"
"$here" record "$work/record"
status=0
measure "$work/neoni8mm.plan" || status=$?
[ $status -eq 4 ] || fail "cortex-a72 was asked to run neoni8mm and ended with $status, not 4 (refused)"
