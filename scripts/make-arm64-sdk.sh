#!/bin/bash
# Makes a Swift SDK that builds for arm64 Linux out of Debian's arm64 packages: standard library, concurrency, Glibc; no
# Foundation. For tests under qemu only. Prints its folder; once made, it is made again only for another Swift.
# usage: make-arm64-sdk.sh [FOLDER]     default: $XDG_CACHE_HOME/edgeprof/arm64-sdk; 510 MB down, 210 MB kept, a minute
#   EDGEPROF_DEBIAN_SUITE   sid unless set: trixie's Swift 6.0 is too old for the sources. It moves, so this can stop working.
# then:  swift build --swift-sdks-path FOLDER/bundles --swift-sdk edgeprof-arm64 --static-swift-stdlib …
#        qemu-aarch64-static -L FOLDER/sysroot PROGRAM
# exit codes: 0 made, 1 failed, 2 bad usage, 77 cannot be had here (the reason is on standard error)
set -euo pipefail
fail() { echo "make-arm64-sdk: $1" >&2; exit "${2:-1}"; }
case $#${1-} in 0 | 1[!-]*) ;; *) sed -n '2,9s/^# //p' "$0" >&2; exit 2 ;; esac
target=${1:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/edgeprof/arm64-sdk}
suite=${EDGEPROF_DEBIAN_SUITE:-sid}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
for tool in swiftc apt-get dpkg-deb qemu-aarch64-static; do
  command -v $tool >/dev/null || fail "no $tool here" 77
done
[ -f $keyring ] || fail "no $keyring (package debian-archive-keyring), so Debian's packages cannot be trusted" 77

# The toolchain behind any shim.
toolchain=$(swiftc -print-target-info | sed -nE 's|.*"runtimeResourcePath": "(.*)/lib/swift".*|\1|p')
version=$(swiftc --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9.]+).*/\1/p' | head -n 1)
[ -n "$toolchain" ] && [ -n "$version" ] || fail "cannot tell which Swift swiftc is"
made="Swift $version in $toolchain, $suite"
mkdir -p "$(dirname "$target")" || fail "cannot make $(dirname "$target"); set XDG_CACHE_HOME or name a folder"
target=$(cd "$(dirname "$target")" && pwd)/$(basename "$target")
exec 9>"$target.lock"
flock 9
if [ -f "$target/made" ] && [ "$(<"$target/made")" = "$made" ]; then
  echo "$target"
  exit 0
fi
# What is thrown away must be ours.
[ ! -e "$target" ] || [ -f "$target/made-by-edgeprof" ] || fail "$target exists and is not an SDK of this script; move it away"
rm -rf "$target"
trap '[ -f "$target/made" ] || rm -rf "$target"' EXIT
mkdir -p "$target"/{sysroot,apt/{state/lists/partial,cache/archives/partial,debs}} "$target/bundles/edgeprof-arm64.artifactbundle/linux"
touch "$target/made-by-edgeprof"

# The mirror this box uses already, with an apt state of its own: nothing of the system's is touched.
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)
echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} $suite main" >"$target/apt/sources.list"
apt=(-qq -o Dir::State="$target/apt/state" -o Dir::State::status=/dev/null -o Dir::Cache="$target/apt/cache"
  -o Dir::Etc::sourcelist="$target/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Acquire::Languages=none
  -o Acquire::Check-Valid-Until=false -o APT::Architecture=arm64 -o APT::Architectures=arm64
  -o APT::Sandbox::User="$(id -un)")
echo "make-arm64-sdk: fetching Debian's arm64 Swift ($suite) to $target" >&2
log=$target/apt/log
cannot() { tail -n 3 "$log" >&2; fail "$1" 77; }
apt-get "${apt[@]}" update >"$log" 2>&1 || cannot "Debian's package list of $suite cannot be had"
gcc=$(apt-cache "${apt[@]}" depends gcc | sed -nE 's/.*Depends: gcc-([0-9]+)$/\1/p' | head -n 1)
[ -n "$gcc" ] || cannot "Debian's $suite has no arm64 gcc"
(cd "$target/apt/debs" && apt-get "${apt[@]}" download swiftlang libc6 libc6-dev linux-libc-dev libgcc-s1 "libgcc-$gcc-dev" \
  libstdc++6 "libstdc++-$gcc-dev") >"$log" 2>&1 || cannot "Debian's $suite has no arm64 Swift package"

for package in "$target"/apt/debs/*.deb; do
  only=()
  case $package in */swiftlang_*) only=(--wildcards '*/swift_static/*') ;; esac
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$target/sysroot" --keep-directory-symlink "${only[@]}"
done
[ -e "$target/sysroot/lib" ] || ln -s usr/lib "$target/sysroot/lib"
runtime=$target/sysroot/usr/lib/swift_static
found=$(find "$target/sysroot" -type d -name swift_static -print -quit)
[ -n "$found" ] || cannot "Debian's Swift has no static libraries any more"
[ "$found" = "$runtime" ] || mv "$found" "$runtime"
# The textual interfaces alone: modules are readable only by the compiler that wrote them, and this one makes its own.
find "$runtime/linux" \( -name '*.swiftmodule' -type f -o -name '*.swiftdoc' \) -delete
rm -rf "$runtime/clang" "$target/apt/debs" "$target/apt/cache" "$target/apt/state"
ln -s "$toolchain/lib/swift/clang" "$runtime/clang"

bundle=$target/bundles/edgeprof-arm64.artifactbundle
cat >"$bundle/info.json" <<JSON
{
  "schemaVersion": "1.0",
  "artifacts": { "edgeprof-arm64": { "type": "swiftSDK", "version": "$version", "variants": [{ "path": "linux" }] } }
}
JSON
cat >"$bundle/linux/swift-sdk.json" <<JSON
{
  "schemaVersion": "4.0",
  "targetTriples": {
    "aarch64-unknown-linux-gnu": {
      "sdkRootPath": "$target/sysroot",
      "swiftResourcesPath": "$runtime",
      "swiftStaticResourcesPath": "$runtime",
      "toolsetPaths": ["toolset.json"]
    }
  }
}
JSON
gccFolder=--gcc-install-dir=$target/sysroot/usr/lib/gcc/aarch64-linux-gnu/$gcc
cat >"$bundle/linux/toolset.json" <<JSON
{
  "schemaVersion": "1.0",
  "rootPath": "$toolchain/bin",
  "swiftCompiler": { "extraCLIOptions": ["-use-ld=lld", "-Xclang-linker", "$gccFolder"] },
  "cCompiler": { "extraCLIOptions": ["$gccFolder"] }
}
JSON

# Debian's Swift and this one differ in version: whether they go together shows in a program.
trial=$target/trial
mkdir "$trial"
cat >"$trial/trial.swift" <<'SWIFT'
import Glibc
import Synchronization
let count = Atomic<Int>(0)
let pair: InlineArray<2, Int> = [0, 1]
await withTaskGroup(of: Void.self) { group in for _ in 0..<3 { group.addTask { _ = count.add(1, ordering: .relaxed) } } }
print("\(pair[1] + count.load(ordering: .relaxed)) on pages of \(sysconf(Int32(_SC_PAGESIZE))) bytes")
SWIFT
swiftc -swift-version 6 -O -target aarch64-unknown-linux-gnu -sdk "$target/sysroot" -resource-dir "$runtime" \
  -static-stdlib -use-ld=lld -Xclang-linker "$gccFolder" -tools-directory "$toolchain/bin" \
  -module-cache-path "$trial" "$trial/trial.swift" -o "$trial/trial" >"$log" 2>&1 \
  || cannot "Debian's Swift ($suite) does not go with Swift $version"
says=$(qemu-aarch64-static -L "$target/sysroot" "$trial/trial") || says=nothing
case $says in "4 on pages of "*) ;; *) cannot "a program built with Debian's Swift ($suite) and Swift $version does not run" ;; esac
rm -rf "$trial"
echo "$made" >"$target/made"
echo "$target"
