#!/bin/bash
# Builds edgeprof-agent and edgeprof-measure for arm64 on an x86-64 Debian box: Debian's own Swift in a chroot, with an arm64 sysroot
# out of Debian's packages. For tests under qemu; what people install is built as docs/packages.md says.
# usage: build-arm64-agent.sh [FOLDER]     default: .build/arm64-agent; root; once 1.5 GB down, 4 GB kept with the build, ten minutes
#   EDGEPROF_DEBIAN_SUITE   sid unless set: trixie's Swift is too old for the sources. It moves, so this can stop working.
# Prints the folder of the programs and the sysroot.
# exit codes: 0 built, 1 failed, 2 bad usage, 77 cannot be had here (the reason is on standard error)
set -euo pipefail
case $#${1-} in 0 | 1[!-]*) ;; *) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;; esac
fail() { echo "build-arm64-agent: $1" >&2; exit "${2:-1}"; }
folder=${1-}
[ -z "$folder" ] || folder=$(mkdir -p "$folder" && cd "$folder" && pwd)
cd "$(dirname "$0")/.."
folder=${folder:-$PWD/.build/arm64-agent}
suite=${EDGEPROF_DEBIAN_SUITE:-sid}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ "$(id -u)" = 0 ] || fail "needs root, for a chroot" 77
[ "$(uname -m)" = x86_64 ] || fail "builds from x86-64, and this is $(uname -m)" 77
for tool in debootstrap qemu-aarch64-static unshare apt-get dpkg-deb; do command -v $tool >/dev/null || fail "no $tool here" 77; done
[ -f $keyring ] || fail "no $keyring (package debian-archive-keyring), so Debian's packages cannot be trusted" 77
mkdir -p "$folder"
exec 9>"$folder.lock"
flock 9
root=$folder/root sysroot=$folder/root/arm64 log=$folder/log swift=usr/libexec/swift/lib
unwanted=('libexec/swift/lib/swift/embedded/*' 'libexec/swift/lib/liblldb*' 'libexec/swift/lib/libsourcekitd*' 'libexec/swift/lib/libclang.so*'
  'libexec/swift/lib/libLTO*' 'libexec/swift/lib/libSwiftSourceKit*' 'libexec/swift/bin/lldb*' 'libexec/swift/bin/clangd'
  'libexec/swift/bin/sourcekit-lsp' 'libexec/swift/bin/docc' 'libexec/swift/bin/wasmkit' 'libexec/swift/bin/swift-format')
cannot() { tail -n 3 "$log" >&2; fail "$1" 77; }

if [ "$(cat "$folder/made" 2>/dev/null)" != "$suite" ]; then
  # What is thrown away must be ours.
  [ -z "$(ls -A "$folder")" ] || [ -f "$folder/made-by-edgeprof" ] || fail "$folder is not a folder of this script; move it away"
  rm -rf --one-file-system "${folder:?}"/*
  touch "$folder/made-by-edgeprof"
  mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)
  mirror=${mirror:-http://deb.debian.org/debian}
  echo "build-arm64-agent: fetching Debian's Swift ($suite) to $folder" >&2
  debootstrap --variant=minbase --arch=amd64 "$suite" "$root" "$mirror" >"$log" 2>&1 || cannot "Debian's $suite cannot be had"
  apt-config dump | grep -iE '^Acquire::(https?|ftp)::' >"$root/etc/apt/apt.conf.d/90host" || true
  cp /etc/hosts /etc/resolv.conf "$root/etc/" 2>/dev/null || true
  # Of the toolchain what builds: no debugger, no editors' helpers, no other targets, no manuals.
  printf 'path-exclude=/usr/%s\n' 'share/doc/*' 'share/man/*' 'share/locale/*' 'share/info/*' "${unwanted[@]}" \
    >"$root/etc/dpkg/dpkg.cfg.d/lean"
  inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
  inside apt-get -qq -o Acquire::Check-Valid-Until=false update >"$log" 2>&1 || cannot "Debian's package list of $suite cannot be had"
  gcc=$(inside apt-cache depends gcc | sed -nE 's/.*Depends: gcc-([0-9]+)$/\1/p' | head -n 1)
  inside apt-get -qq install -y --no-install-recommends swiftlang libc6-dev "libstdc++-$gcc-dev" zlib1g-dev git ca-certificates \
    >"$log" 2>&1 || cannot "Debian's Swift cannot be installed"
  inside apt-get clean

  # apt with a state of its own, for another architecture: nothing of this box is touched.
  mkdir -p "$folder"/apt/{state/lists/partial,cache/archives/partial} "$sysroot"
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$folder/apt/sources.list"
  apt=(-qq -o Acquire::Check-Valid-Until=false -o Dir::State="$folder/apt/state" -o Dir::State::status=/dev/null
    -o Dir::Cache="$folder/apt/cache" -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root -o Acquire::Languages=none)
  { apt-get "${apt[@]}" update && apt-get "${apt[@]}" install -y --no-install-recommends --download-only libc6-dev \
    "libstdc++-$gcc-dev" libcurl4-openssl-dev zlib1g-dev && (cd "$folder/apt/cache/archives" && apt-get "${apt[@]}" download swiftlang); } \
    >"$log" 2>&1 || cannot "Debian's arm64 packages of $suite cannot be had"
  # What a link and a run need, and of Swift its libraries linked in.
  for package in "$folder"/apt/cache/archives/*.deb; do
    only=(--exclude='./usr/share/*' --exclude='./usr/bin/*')
    case $package in */swiftlang_*) only=(--wildcards '*/lib/swift_static/*' '*/lib/swift/shims/*') ;; esac
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$sysroot" --keep-directory-symlink "${only[@]}"
  done
  rm -rf "$folder/apt" "$root"/var/lib/apt/lists/*
  [ -e "$sysroot/lib" ] || ln -s usr/lib "$sysroot/lib"
  [ -d "$sysroot/$swift/swift_static" ] || cannot "Debian's Swift has no static libraries any more"
  ln -sfn ../libexec/swift/lib/swift_static "$sysroot/usr/lib/swift_static"
  # The compiler's own headers are the chroot's.
  rm -rf "$sysroot/$swift/swift_static/clang"
  ln -s "/$swift/swift/clang" "$sysroot/$swift/swift_static/clang"
  bundle=$root/sdks/arm64.artifactbundle
  mkdir -p "$bundle/v"
  version=$(chroot "$root" dpkg-query -W -f='${Version}' swiftlang | grep -oE '^[0-9.]+')
  cat >"$bundle/info.json" <<JSON
{ "schemaVersion": "1.0",
  "artifacts": { "arm64": { "type": "swiftSDK", "version": "$version", "variants": [{ "path": "v" }] } } }
JSON
  cat >"$bundle/v/swift-sdk.json" <<JSON
{ "schemaVersion": "4.0", "targetTriples": { "aarch64-unknown-linux-gnu": {
  "sdkRootPath": "/arm64", "swiftResourcesPath": "/arm64/$swift/swift_static", "swiftStaticResourcesPath": "/arm64/$swift/swift_static",
  "toolsetPaths": ["toolset.json"] } } }
JSON
  option="--gcc-install-dir=/arm64/usr/lib/gcc/aarch64-linux-gnu/$gcc"
  cat >"$bundle/v/toolset.json" <<JSON
{ "schemaVersion": "1.0", "rootPath": "/usr/libexec/swift/bin",
  "swiftCompiler": { "extraCLIOptions": ["-use-ld=lld", "-Xclang-linker", "$option"] },
  "cCompiler": { "extraCLIOptions": ["$option"] }, "cxxCompiler": { "extraCLIOptions": ["$option"] } }
JSON
  echo "$suite" >"$folder/made"
fi

# A private mount namespace: nothing stays mounted. Local copies of packages that git is told to use are mounted where they are.
mirrors=$(git config --get-regexp '^url\..*\.insteadof' 2>/dev/null | sed -n 's/^url\.\(\/[^ ]*\/\)\.insteadof .*/\1/p' | sort -u || true)
mkdir -p "$root/package" "$root/scratch" "$root/root" "$folder/scratch"
for mirror in $mirrors; do mkdir -p "$root$mirror"; done
(umask 077 && : >"$root/root/.gitconfig")
git config --get-regexp '^url\.' 2>/dev/null | while read -r key value; do git config --file "$root/root/.gitconfig" --add "$key" "$value"; done || true
git config --file "$root/root/.gitconfig" --add safe.directory '*'
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
# Linked as make-deb.sh links.
for product in edgeprof-measure edgeprof-agent; do
  ROOT=$root SCRATCH=$folder/scratch MIRRORS=$mirrors PRODUCT=$product JOBS=${JOBS:-$(nproc)} unshare --mount bash -ec '
    mount -t proc proc "$ROOT/proc"
    mount --bind . "$ROOT/package"
    mount --bind "$SCRATCH" "$ROOT/scratch"
    for mirror in $MIRRORS; do mount --bind "$mirror" "$ROOT$mirror"; done
    exec chroot "$ROOT" env -i HOME=/root PATH=/usr/bin:/bin EDGEPROF_TARGET_ARCH=arm64 bash -ec "cd /package
      swift build -c release --swift-sdks-path /sdks --swift-sdk arm64 --static-swift-stdlib --scratch-path /scratch \
        --product $PRODUCT -j $JOBS -debug-info-format none -Xswiftc -Xfrontend -Xswiftc -function-sections \
        -Xcc -ffunction-sections -Xcc -fdata-sections -Xlinker --no-export-dynamic"' >"$log" 2>&1 \
    || { grep -E 'error|warning: unre' "$log" | sort -u | head -n 30 >&2; tail -n 5 "$log" >&2; fail "$product does not build for arm64"; }
done
echo "$folder/scratch/aarch64-unknown-linux-gnu/release $sysroot"
