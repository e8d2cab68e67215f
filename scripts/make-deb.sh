#!/bin/bash
# Builds the Debian packages edgeprof, edgeprof-agent and edgeprof-collector, and SHA256SUMS of them.
# usage: make-deb.sh [OUTPUT_FOLDER]     default: .build/deb
#   EDGEPROF_MAINTAINER    who publishes them, as in 'Name <address>'
#   EDGEPROF_SIGNING_KEY   OpenPGP key that signs the sums, into SHA256SUMS.asc
#   EDGEPROF_BIN           folder of programs already built, with the Swift runtime linked in
# For arm64 from another machine, the agent's package alone (docs/packages.md):
#   EDGEPROF_SWIFT_SDK     name of an installed SDK, as 'swift sdk list' has it
#   EDGEPROF_SYSROOT       folder of its libraries, with which qemu-aarch64-static runs the program for its manual
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
out=$(mkdir -p "${1:-.build/deb}" && cd "${1:-.build/deb}" && pwd)
bin=${EDGEPROF_BIN:-}
architecture=$(dpkg --print-architecture)
packages=(edgeprof edgeprof-agent edgeprof-collector)
cross=()
emulated=()
strip=strip
if [ -n "${EDGEPROF_SYSROOT-}" ]; then
  architecture=arm64
  packages=(edgeprof-agent)
  cross=(--swift-sdk "${EDGEPROF_SWIFT_SDK-}")
  emulated=(qemu-aarch64-static -cpu cortex-a72 -L "$EDGEPROF_SYSROOT")
  strip=$(dirname "$(readlink -f "$(command -v swiftc)")")/llvm-objcopy
  export EDGEPROF_TARGET_ARCH=arm64
fi
if [ -z "$bin" ]; then
  bin=$PWD/.build-deb/$architecture
  mkdir -p "$bin"
  # build FOLDER PRODUCT OPTION...: in a folder of its own, for the Swift runtime is linked in, which .build/release has not.
  # What nothing calls is left out: a section a function, and a link that exports nothing.
  build() {
    local folder=$1 product=$2
    shift 2
    local options=(-c release --static-swift-stdlib --scratch-path "$folder" --product "$product" -debug-info-format none
      -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections -Xcc -fdata-sections
      -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic -Xlinker --icf=safe "${cross[@]}" "$@")
    swift build "${options[@]}" -j "${JOBS:-$(nproc)}" >&2
    cp "$(swift build "${options[@]}" --show-bin-path)/$product" "$bin/$product"
  }
  lean=(-Xlinker --no-eh-frame-hdr -Xlinker "-T$PWD/packaging/no-unwind-tables.ld")
  for product in "${packages[@]}"; do
    [ "$product" = edgeprof-agent ] || build .build-deb "$product"
  done
  # Kernels run in edgeprof-measure, which is compiled for speed as ever; the agent, which mostly waits, for size.
  build .build-deb edgeprof-measure "${lean[@]}"
  # Relative relocations save 1.5 MB of file and of memory, where the C library that is built for reads them (glibc 2.36 on).
  relocations=()
  if find "${EDGEPROF_SYSROOT-}"/lib/*-linux-gnu/libc.so.6 -exec readelf -VW {} + | grep GLIBC_ABI_DT_RELR >/dev/null; then
    relocations=(-Xlinker -z -Xlinker pack-relative-relocs)
  fi
  # What a waiting agent calls lies side by side, so that it is little that becomes resident: 22 instead of 28 MB;
  # Benchmarks/Agent/held-poll.py --functions writes the list.
  build .build-deb-agent edgeprof-agent "${lean[@]}" -Xswiftc -Osize -Xcc -Os "${relocations[@]}" \
    -Xlinker "--symbol-ordering-file=$PWD/packaging/edgeprof-agent/functions.order" -Xlinker --no-warn-symbol-ordering
fi
version=$("${emulated[@]}" "$bin/edgeprof-agent" --version)
# Whoever publishes packages names himself.
maintainer=${EDGEPROF_MAINTAINER:-edgeprof authors <edgeprof@localhost>}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

# install_program PACKAGE_ROOT PROGRAM FOLDER: stripped, into FOLDER.
install_program() {
  install -D -m 0755 "$bin/$2" "$1/$3/$2"
  "$strip" --strip-unneeded --remove-section=.comment --remove-section=.note "$1/$3/$2"
}

# completions PACKAGE_ROOT PROGRAM: what shells complete its options and commands by.
completions() {
  local shell file
  for shell in bash:share/bash-completion/completions/$2 zsh:share/zsh/vendor-completions/_$2 \
    fish:share/fish/vendor_completions.d/$2.fish; do
    file=$1/usr/${shell#*:}
    mkdir -p "${file%/*}"
    "$bin/$2" --generate-completion-script "${shell%%:*}" >"$file"
    chmod 0644 "$file"
  done
}

# document PACKAGE_ROOT PACKAGE
document() {
  install -D -m 0644 packaging/copyright "$1/usr/share/doc/$2/copyright"
  {
    printf '%s (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md of the source.\n\n -- %s  %s\n' \
      "$2" "$version" "$maintainer" "$(LC_ALL=C date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")"
  } | gzip -9n >"$1/usr/share/doc/$2/changelog.gz"
  chmod 0644 "$1/usr/share/doc/$2/changelog.gz"
}

# overrides PACKAGE_ROOT PACKAGE TAG...: what lintian finds and is meant to be.
overrides() {
  local folder=$1/usr/share/lintian/overrides package=$2
  shift 2
  mkdir -p "$folder"
  printf "$package: %s\n" "$@" >"$folder/$package"
}

# manual PACKAGE_ROOT PROGRAM SUMMARY
manual() {
  mkdir -p "$1/usr/share/man/man1"
  python3 scripts/make-man.py "$3" "${emulated[@]}" "$bin/$2" | gzip -9n >"$1/usr/share/man/man1/$2.1.gz"
}

# dependencies_abroad PROGRAM...: for another architecture, whose packages this machine's dpkg does not know: who has each library
# in Debian and its kin, and the C library's version from the newest symbol asked for.
dependencies_abroad() {
  local newest library
  # GLIBC_ABI_DT_RELR came with 2.36.
  newest=$(readelf -VW "$@" | grep -oE 'GLIBC_[0-9.]+|GLIBC_ABI_DT_RELR' | sed 's/ABI_DT_RELR/2.36/' | sort -uV | tail -n 1)
  for library in $(readelf -dW "$@" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | sort -u); do
    case $library in
      libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | ld-linux-*) echo "libc6 (>= ${newest#GLIBC_})" ;;
      libcurl.so.4) echo "libcurl4 (>= 7.85)" ;;
      libstdc++.so.6) echo "libstdc++6 (>= 12)" ;;
      libgcc_s.so.1) echo libgcc-s1 ;;
      libz.so.1) echo zlib1g ;;
      *) echo "make-deb: no package known for $library" >&2; return 1 ;;
    esac
  done | sort -u | paste -sd, | sed 's/,/, /g'
}

# finish PACKAGE_ROOT PACKAGE: dependencies as the programs' libraries demand, then the archive.
finish() {
  local folder=$1 package=$2 programs depends
  programs=$(find "$folder/usr" -type f -perm -0100 ! -name edgeprof-agent-setup)
  if [ ${#emulated[@]} -gt 0 ]; then
    depends=$(dependencies_abroad $programs)
  else
    mkdir -p "$work/shlibs/debian"
    printf 'Source: edgeprof\n\nPackage: %s\nArchitecture: any\n' "$package" >"$work/shlibs/debian/control"
    depends=$(cd "$work/shlibs" && dpkg-shlibdeps -O $programs 2>"$work/shlibs.log" | sed -n 's/^shlibs:Depends=//p')
    [ -n "$depends" ] || { cat "$work/shlibs.log" >&2; exit 1; }
    # dpkg-shlibdeps does not look at relative relocations.
    if readelf -VW $programs | grep GLIBC_ABI_DT_RELR >/dev/null; then
      depends=$(sed -E 's/libc6 \(>= 2\.([0-9]|[12][0-9]|3[0-5])\)/libc6 (>= 2.36)/' <<<"$depends")
    fi
  fi
  [ "$package" = edgeprof ] || depends+=", systemd"
  mkdir -p "$folder/DEBIAN"
  {
    printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: %s\nPriority: optional\n' \
      "$package" "$version" "$architecture" "$maintainer"
    printf 'Installed-Size: %s\nDepends: %s\n' "$(du -k --apparent-size -s "$folder" | cut -f1)" "$depends"
    cat "packaging/$package/control"
  } >"$folder/DEBIAN/control"
  for script in postinst prerm postrm; do
    [ ! -e "packaging/$package/$script" ] || install -m 0755 "packaging/$package/$script" "$folder/DEBIAN/$script"
  done
  if [ -d "$folder/etc" ]; then (cd "$folder" && find etc -type f -printf '/%p\n' | sort) >"$folder/DEBIAN/conffiles"; fi
  (cd "$folder" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) >"$folder/DEBIAN/md5sums"
  find "$folder" -type d -exec chmod 0755 {} +
  dpkg-deb --build --root-owner-group -Zxz "$folder" "$out/${package}_${version}_$architecture.deb" >/dev/null
  echo "$out/${package}_${version}_$architecture.deb"
}

package_edgeprof() {
  # The helper lies beside the program that starts it, found by the program's own path.
  local cli=$work/edgeprof
  install_program "$cli" edgeprof usr/lib/edgeprof
  install_program "$cli" edgeprof-measure usr/lib/edgeprof
  mkdir -p "$cli/usr/bin"
  ln -s ../lib/edgeprof/edgeprof "$cli/usr/bin/edgeprof"
  manual "$cli" edgeprof "measure and rank vision models on edge hardware"
  completions "$cli" edgeprof
  document "$cli" edgeprof
  # Yams brings its own libyaml, which a program with the Swift runtime linked in cannot share.
  overrides "$cli" edgeprof "embedded-library *libyaml*"
  finish "$cli" edgeprof
}

package_edgeprof-agent() {
  local agent=$work/edgeprof-agent
  install_program "$agent" edgeprof-agent usr/lib/edgeprof-agent
  install_program "$agent" edgeprof-measure usr/lib/edgeprof-agent
  mkdir -p "$agent/usr/bin"
  ln -s ../lib/edgeprof-agent/edgeprof-agent "$agent/usr/bin/edgeprof-agent"
  install -D -m 0755 packaging/edgeprof-agent/edgeprof-agent-setup "$agent/usr/sbin/edgeprof-agent-setup"
  install -D -m 0644 packaging/edgeprof-agent/agent.conf "$agent/etc/edgeprof/agent.conf"
  install -D -m 0644 packaging/edgeprof-agent/edgeprof-agent.service "$agent/lib/systemd/system/edgeprof-agent.service"
  install -D -m 0644 packaging/edgeprof-agent/sysusers.conf "$agent/usr/lib/sysusers.d/edgeprof-agent.conf"
  install -D -m 0644 packaging/edgeprof-agent/tmpfiles.conf "$agent/usr/lib/tmpfiles.d/edgeprof-agent.conf"
  install -D -m 0644 packaging/edgeprof-agent/udev.rules "$agent/lib/udev/rules.d/70-edgeprof-agent.rules"
  # An example: nothing reads it there.
  install -D -m 0644 packaging/edgeprof-agent/60-edgeprof-counters.conf \
    "$agent/usr/share/doc/edgeprof-agent/examples/60-edgeprof-counters.conf"
  mkdir -p "$agent/usr/share/man/man8"
  gzip -9n <packaging/edgeprof-agent/edgeprof-agent-setup.8 >"$agent/usr/share/man/man8/edgeprof-agent-setup.8.gz"
  manual "$agent" edgeprof-agent "profiles vision models on this box for an edgeprof collector"
  document "$agent" edgeprof-agent
  finish "$agent" edgeprof-agent
}

package_edgeprof-collector() {
  local collector=$work/edgeprof-collector
  install_program "$collector" edgeprof-collector usr/bin
  install -D -m 0644 packaging/edgeprof-collector/edgeprof-collector.service \
    "$collector/lib/systemd/system/edgeprof-collector.service"
  install -D -m 0644 packaging/edgeprof-collector/sysusers.conf "$collector/usr/lib/sysusers.d/edgeprof-collector.conf"
  manual "$collector" edgeprof-collector "stores measurements and ranks models"
  document "$collector" edgeprof-collector
  finish "$collector" edgeprof-collector
}

for package in "${packages[@]}"; do "package_$package"; done
cd "$out"
sha256sum ./*"_${version}_$architecture.deb" | sed 's| \./| |' >SHA256SUMS
if [ -n "${EDGEPROF_SIGNING_KEY-}" ]; then
  gpg --batch --yes --armor --detach-sign --local-user "$EDGEPROF_SIGNING_KEY" --output SHA256SUMS.asc SHA256SUMS
fi
