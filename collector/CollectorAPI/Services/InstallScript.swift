/// The shell script that installs an agent: `curl URL/install.sh | sudo sh`.
///
/// It names the packages with their hashes, so whoever trusts the script's way here trusts the packages. Its body is one
/// function called in the last line: a script cut short on its way does nothing.
struct InstallScript {
    let collector: String
    let packages: [AgentPackages.Package]

    var text: String {
        let cases = packages.map { "    \($0.architecture)) file=\($0.file) sha256=\($0.sha256) ;;" }
        let known = packages.map(\.architecture).joined(separator: ", ")
        return """
            #!/bin/sh
            # Installs the edgeprof agent on this box, enrols it with \(collector), and starts it.
            #   curl -fsS \(collector)/install.sh -o install.sh; less install.sh; sudo sh install.sh
            # Options: --ca-file FILE or --pin sha256//BASE64 (how the collector's certificate is checked), and those of
            # 'edgeprof-agent enroll' (--name, --label KEY=VALUE, --cpus, --isa, --memory-limit).
            # The enrolment token is read from /etc/edgeprof/token (mode 0600), or asked for on the terminal.
            set -eu

            install_agent() {
              fail() { echo "edgeprof: $*" >&2; exit 1; }
              collector=\(collector)
              [ "$(id -u)" = 0 ] || fail "run it as root: sudo sh install.sh"
              for tool in dpkg apt-get curl sha256sum; do
                command -v "$tool" >/dev/null || fail "$tool is missing; this script is for Debian, Ubuntu and Raspberry Pi OS"
              done
              architecture=$(dpkg --print-architecture)
              case $architecture in
            \(cases.joined(separator: "\n"))
                *) fail "no package for $architecture on this collector, only for \(known)" ;;
              esac
              # What checks the collector's certificate now checks it ever after.
              ca_file= pin= previous=
              for argument; do
                case $previous in --ca-file) ca_file=$argument ;; --pin) pin=$argument ;; esac
                case $argument in --ca-file=*) ca_file=${argument#*=} ;; --pin=*) pin=${argument#*=} ;; esac
                previous=$argument
              done
              # A pin alone stands in for the authorities, as it does for the agent: curl checks it even then.
              insecure=
              if [ -n "$pin" ] && [ -z "$ca_file" ]; then insecure=--insecure; fi
              folder=$(mktemp -d)
              trap 'rm -rf "$folder"' EXIT
              curl -fsS $insecure ${ca_file:+--cacert "$ca_file"} ${pin:+--pinnedpubkey "$pin"} \\
                -o "$folder/$file" "$collector/packages/$file" \\
                || fail "the package could not be downloaded"
              echo "$sha256  $folder/$file" | sha256sum -c --quiet - >&2 || fail "the package is not what the collector has: try again"
              chmod 0755 "$folder"
              # apt sees to what the package needs.
              DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$folder/$file" >"$folder/log" 2>&1 \\
                || { cat "$folder/log" >&2; fail "the package could not be installed; 'apt-get update' may help"; }
              edgeprof-agent-setup "$collector" "$@"
            }

            install_agent "$@"

            """
    }
}
