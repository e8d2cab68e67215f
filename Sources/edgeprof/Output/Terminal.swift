import Glibc

/// What is known of the terminal this process writes to.
enum Terminal {
    /// Whether standard output is a terminal.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether standard error is a terminal; progress is shown only then.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns of the terminal; 80 where it cannot be told.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether output may be coloured: on a terminal that can, unless NO_COLOR (no-color.org) says no.
    static let isColoured: Bool = {
        func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return outputIsTerminal && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
    }()

    /// Text set back, such as titles of columns; as it is where output is not coloured.
    static func faint(_ text: String) -> String { isColoured && !text.isEmpty ? "\u{1b}[2m\(text)\u{1b}[22m" : text }

    /// Text brought forward, such as the answer; as it is where output is not coloured.
    static func bold(_ text: String) -> String { isColoured && !text.isEmpty ? "\u{1b}[1m\(text)\u{1b}[22m" : text }

    /// Writes to standard output; a reader that went away ends the program quietly.
    static func write(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Writes a line to standard error, in place of a progress line that stands there.
    static func complain(_ line: String) {
        progress("")
        write(visible(line) + "\n", to: STDERR_FILENO)
    }

    /// Replaces the progress line on standard error; nothing where that is no terminal.
    static func progress(_ line: String) {
        guard errorIsTerminal else { return }
        write("\r\u{1b}[2K" + visible(line), to: STDERR_FILENO)
    }

    /// Control characters but for ends of lines written out: names of files and values are anybody's, and a terminal does
    /// what such characters say.
    static func visible(_ text: String) -> String {
        let isControl = { (scalar: Unicode.Scalar) in
            scalar.value < 0x20 && scalar != "\n" || (0x7f...0x9f).contains(scalar.value)
        }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { exit(0) }
                if descriptor == STDOUT_FILENO {
                    complain("edgeprof: cannot write to standard output: \(String(cString: strerror(errno)))")
                }
                exit(1)
            }
            bytes = bytes.dropFirst(written)
        }
    }
}
