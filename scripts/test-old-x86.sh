#!/bin/bash
# The real programs on emulated x86-64 processors without this box's instruction sets: Nehalem (SSE4, no AVX) and Haswell
# (AVX2). An instruction they lack kills the program, whichever kernel or library it came from.
# usage: test-old-x86.sh [BUILD_FOLDER]     default: .build/debug; wants edgeprof and edgeprof-measure built there
#   packages: qemu-user-static
# exit codes: 0 passed, 1 failed, 77 skipped (not an x86-64 box)
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "test-old-x86: $1" >&2; exit 1; }
[ "$(uname -m)" = x86_64 ] || { echo "test-old-x86: skipped: not an x86-64 box"; exit 77; }
command -v qemu-x86_64-static >/dev/null || fail "no qemu-x86_64-static; install the package qemu-user-static"
build=$(cd "${1:-.build/debug}" && pwd) || fail "build first: swift build"
for program in edgeprof edgeprof-measure; do
  [ -x "$build/$program" ] || fail "no $build/$program; build first: swift build"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
unset EDGEPROF_ISA

# A child is not emulated by itself: the kernel would start it on the real processor.
cat >"$work/edgeprof-measure" <<SH
#!/bin/sh
touch "$work/emulated"
exec qemu-x86_64-static -cpu "\$(cat "$work/cpu")" "$build/edgeprof-measure" "\$@"
SH
chmod +x "$work/edgeprof-measure"
old() { # COMMAND...: edgeprof on the processor in $cpu; its output in $work/out
  local status=0
  EDGEPROF_MEASURE=$work/edgeprof-measure qemu-x86_64-static -cpu "$cpu" "$build/edgeprof" "$@" \
    >"$work/out" 2>"$work/err" || status=$?
  [ $status -ne 132 ] || fail "$cpu: edgeprof $* used an instruction that the processor lacks (SIGILL)"
  [ $status -eq 0 ] || { grep -v 'TCG doesn.t support' "$work/err" >&2; fail "$cpu: edgeprof $* ended with $status"; }
}
says() { grep -qE "$1" "$work/out" || { head -n 40 "$work/out" >&2; fail "$cpu: edgeprof $2 should say $1"; }; }

# An emulator that let an instruction pass which its processor lacks would show nothing.
echo 'int main(void) { __asm__("vpaddd %ymm0, %ymm0, %ymm0"); }' >"$work/avx2.c"
clang -o "$work/avx2" "$work/avx2.c"
qemu-x86_64-static -cpu Haswell "$work/avx2" 2>"$work/err" || fail "the emulated Haswell cannot run AVX2"
status=0
# A shell of its own: its report of the signal is not news.
bash -c '"$@"; exit $?' run qemu-x86_64-static -cpu Nehalem "$work/avx2" >"$work/out" 2>&1 || status=$?
[ $status -eq 132 ] || fail "the emulated Nehalem ran AVX2 (status $status)"

# 150,528 bytes in no order, and what this box makes of them with its best kernels.
header="{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3, 224, 224), }"
seq 1 100000 | gzip -1n >"$work/bytes"
{ printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "$header"; head -c 150528 "$work/bytes"; } >"$work/x.npy"
networks=(shufflenet_v2_x0_5 squeezenet1_1)
for network in "${networks[@]}"; do
  "$build/edgeprof" run "$network" --raw --input "$work/x.npy" --output "$work/$network.npy"
done

for pair in Nehalem:portable Haswell:avx2; do
  cpu=${pair%:*} isa=${pair#*:}
  echo "$cpu" >"$work/cpu"
  old kernels --format json
  says "\"selected\" : \"$isa\"" kernels
  old doctor --format json
  says '"capabilities"' doctor
  for network in "${networks[@]}"; do
    old run "$network" --raw --input "$work/x.npy" --output "$work/old.npy"
    cmp "$work/$network.npy" "$work/old.npy" || fail "$cpu: $network gives other bytes than on this box"
  done
  rm -f "$work/emulated"
  old profile shufflenet_v2_x0_5 --duration 1s --format json
  says '"outcome" : "ok"' profile
  says "\"isa\" : \"$isa\"" profile
  [ -e "$work/emulated" ] || fail "$cpu: the measuring process was not emulated"
  # An instruction set it lacks is refused in words, not met with an illegal instruction.
  status=0
  qemu-x86_64-static -cpu "$cpu" "$build/edgeprof" kernels --isa avx512vnni >/dev/null 2>"$work/err" || status=$?
  grep -q 'does not offer avx512vnni' "$work/err" || fail "$cpu: --isa avx512vnni should be refused; it ended with $status"
  echo "covered on emulated $cpu: kernels, doctor, run (${networks[*]}: as on this box) and profile, with $isa"
done
