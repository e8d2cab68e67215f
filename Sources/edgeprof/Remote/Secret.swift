import Foundation

/// Reads secrets from a file, standard input or the terminal without echo.
enum Secret {
    /// The first line of the file, or of what is typed at the prompt.
    static func read(file: String?, prompt: String) throws -> String {
        let text: String
        switch file {
        case "-": text = readLine() ?? ""
        case .some(let path): text = try InputFile.text(path: path)
        case nil:
            guard isatty(STDIN_FILENO) == 1, let typed = getpass(prompt) else {
                throw InputError("no token; give --token-file FILE (or - for standard input)")
            }
            text = String(cString: typed)
        }
        let secret = text.split(whereSeparator: \.isNewline).first.map(String.init)?.trimmingCharacters(
            in: .whitespaces
        )
        guard let secret, !secret.isEmpty else { throw InputError("\(file ?? "the prompt"): holds no token") }
        guard secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw InputError("\(file ?? "the prompt"): not a token; a token has no blanks and no special characters")
        }
        return secret
    }
}
