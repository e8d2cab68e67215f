/// Fits text into columns.
enum TextLayout {
    /// Breaks text between words into lines of at most `width` characters, at least one line; a longer word is cut.
    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var word = String(word)
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            while word.count > max(width, 1) {
                lines.append(String(word.prefix(max(width, 1))))
                word = String(word.dropFirst(max(width, 1)))
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }

    /// A paragraph whose lines after the first are indented, each ended by a newline.
    static func paragraph(_ text: String, width: Int, first: String = "", indent: Int = 0) -> String {
        let lines = wrap(text, width: max(20, width - max(first.count, indent)))
        return lines.enumerated().map { index, line in
            (index == 0 ? first : String(repeating: " ", count: indent)) + line + "\n"
        }.joined()
    }

    /// Text cut to a width, an ellipsis in place of what is missing: at its end, or its beginning.
    static func shorten(_ text: String, to width: Int, keepingEnd: Bool = false) -> String {
        guard text.count > width else { return text }
        return keepingEnd ? "…" + text.suffix(max(0, width - 1)) : text.prefix(max(0, width - 1)) + "…"
    }

    /// Text without blanks at its end.
    static func trim(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
