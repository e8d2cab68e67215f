#!/bin/sh
# Fails if an instruction-set target defines a weak function.
#
# The linker keeps one copy of a weak function for the whole program. If that copy was compiled for AVX-512, an older
# processor dies with SIGILL in code that has nothing to do with kernels (docs/kernels.md, "The weak-symbol trap").
#
# usage: scripts/check-kernel-symbols.sh [BUILD_FOLDER]     default: .build, debug and release, whichever are built
set -eu

build=${1:-$(dirname "$0")/../.build}
checked=0
bad=0
for target in "$build"/*/debug/Kernels*.build "$build"/*/release/Kernels*.build; do
    [ -d "$target" ] || continue
    name=$(basename "$target" .build)
    # Compiled without instruction-set flags, or never run by the program: their copies run anywhere.
    case $name in KernelsPortable | KernelsReference | KernelsTests) continue ;; esac
    for object in "$target"/*.o; do
        [ -f "$object" ] || continue
        # An object outlives its source in an incremental build.
        source=$(basename "$object" .o)
        [ -n "$(find "$(dirname "$0")/../Sources/Engine/Kernels/$name" -name "$source")" ] || continue
        checked=$((checked + 1))
        # W: a weak function. (V, a weak variable such as a type's description, holds no instructions.)
        weak=$(nm "$object" | awk 'NF == 3 && ($2 == "W" || $2 == "w") { print $3 }')
        if [ -n "$weak" ]; then
            bad=1
            echo "$name: $source defines weak symbols; write it without generics, own types or private functions that stay calls:" >&2
            echo "$weak" | sed 's/^/    /' >&2
        fi
    done
done
if [ "$checked" -eq 0 ]; then
    echo "check-kernel-symbols: no kernel objects in $build; build first (swift build, swift build -c release)" >&2
    exit 1
fi
[ "$bad" -eq 0 ] || exit 1
echo "check-kernel-symbols: $checked objects, no weak symbols"
