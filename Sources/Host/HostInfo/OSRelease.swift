/// The operating system's name from `os-release`.
///
/// Format: <https://www.freedesktop.org/software/systemd/man/latest/os-release.html>: shell-like `KEY=value` lines.
enum OSRelease {
    /// `PRETTY_NAME`, else `NAME`, else nil.
    static func prettyName(parsing text: String) -> String? {
        var values: [Substring: String] = [:]
        for line in text.lines {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[parts[0].trimmed] = unquoted(parts[1].trimmed) }
        }
        return [values["PRETTY_NAME"], values["NAME"]].compactMap { $0 }.first { !$0.isEmpty }
    }

    private static func unquoted(_ value: Substring) -> String {
        guard let quote = value.first, quote == "\"" || quote == "'" else { return String(value) }
        var result = ""
        var isEscaped = false
        for character in value.dropFirst() {
            if isEscaped {
                result.append(character)
                isEscaped = false
            } else if character == "\\" && quote == "\"" {
                isEscaped = true
            } else if character == quote {
                break
            } else {
                result.append(character)
            }
        }
        return result
    }
}
