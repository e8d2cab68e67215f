#!/bin/bash
# Every arm64 kernel against the reference, bit for bit, on emulated processors: cortex-a72 (NEON), cortex-a76 (dot
# products), max (matrix products of bytes). Builds with Embedded Swift, so no arm64 Swift is needed.
# usage: test-arm-kernels.sh     packages: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
set -euo pipefail
cd "$(dirname "$0")/.."
kernels=$PWD/Sources/Engine/Kernels
build=$PWD/.build/arm-kernels
mkdir -p "$build"
for tool in aarch64-linux-gnu-gcc qemu-aarch64-static; do
  command -v $tool >/dev/null || { echo "test-arm-kernels: no $tool; run make test-arm-kernels, which installs it" >&2; exit 1; }
done
swift_flags=(-target aarch64-none-none-elf -enable-experimental-feature Embedded -wmo -parse-as-library
  -swift-version 6 -enable-upcoming-feature InternalImportsByDefault -I "$build" -I "$kernels/CArmIntrinsics/include")
# Compiles a folder as a module: its object beside the others.
module() {
  local name=$1 sources=$2
  shift 2
  # shellcheck disable=SC2086
  swiftc "${swift_flags[@]}" "$@" -module-name "$name" -emit-module -emit-module-path "$build/$name.swiftmodule" \
    -emit-object -o "$build/$name.o" $sources
}
# Compiles an instruction set's kernels, their C names left as the only global ones: an embedded module carries copies of
# the standard library, compiled for that instruction set, that must not serve the others.
kernels() {
  local name=$1 march=$2
  module "$name" "$kernels/$name/*.swift Tests/ArmKernels/Exports/$name.swift" -Ounchecked -Xcc "-march=$march"
  sed -nE 's/^@c\((.*)\)/\1/p' "Tests/ArmKernels/Exports/$name.swift" >"$build/$name.names"
  "$toolchain/llvm-objcopy" --keep-global-symbols="$build/$name.names" "$build/$name.o" "$build/$name.local.o"
}
toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
module KernelInterface "$kernels/KernelInterface/*.swift" -O
module KernelsReference "$kernels/KernelsReference/*.swift" -O
kernels KernelsNEON armv8-a
kernels KernelsNEONDotProd armv8.2-a+dotprod
kernels KernelsNEONI8MM armv8.2-a+dotprod+i8mm
module ArmKernels "Tests/ArmKernels/*.swift Tests/KernelsTests/RandomNumbers.swift" -O -enable-experimental-feature Extern
echo edgeprof_check_kernels >"$build/ArmKernels.names"
"$toolchain/llvm-objcopy" --keep-global-symbols="$build/ArmKernels.names" "$build/ArmKernels.o" "$build/ArmKernels.local.o"
aarch64-linux-gnu-gcc -O1 -static Tests/ArmKernels/checks.c "$build"/*.local.o -o "$build/checks"
for pair in cortex-a72:neon cortex-a76:neondotprod max:neoni8mm; do
  echo "covered ${pair#*:} on ${pair%:*}: $(qemu-aarch64-static -cpu "${pair%:*}" "$build/checks" "${pair#*:}")"
done
# A processor without the instruction must refuse it, or the two lines above showed nothing.
for pair in cortex-a72:neondotprod cortex-a76:neoni8mm; do
  # A shell of its own: its report of the signal is not news.
  if bash -c 'timeout 120 "$@"; exit $?' run qemu-aarch64-static -cpu "${pair%:*}" "$build/checks" "${pair#*:}" >/dev/null 2>&1; then
    echo "test-arm-kernels: ${pair%:*} ran ${pair#*:} kernels" >&2
    exit 1
  fi
done
