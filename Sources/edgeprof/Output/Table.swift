/// Rows of text under titles, written as an aligned table, CSV or Markdown.
struct Table {
    /// One column.
    struct Column {
        /// Its title.
        var title: String
        /// Numbers are aligned right.
        var isNumeric: Bool
        /// Whether a narrow line shows the end of its texts, and narrows them first: names whose beginnings are alike.
        var keepsEnd = false

        /// A column of text.
        static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }

        /// A column of names told apart by their ends.
        static func path(_ title: String) -> Column { Column(title: title, isNumeric: false, keepsEnd: true) }

        /// A column of numbers.
        static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
    }

    /// Columns, left to right.
    var columns: [Column]
    /// Cells; a row may be shorter than the columns.
    var rows: [[String]] = []

    /// A column and how the cell of a row in it is made; optional ones are left out where there is no room or need.
    typealias Field<Row> = (column: Column, isOptional: Bool, cell: (Row) -> String)

    /// Writes the table in a format; `json` is the caller's matter and comes out as a table.
    func rendered(as format: OutputFormat, width: Int = Terminal.width) -> String {
        switch format {
        case .csv: ([columns.map(\.title)] + rows).map { $0.map(Self.quotedForCSV).joined(separator: ",") }.lines
        case .markdown: markdown
        case .table, .json: aligned(width: width)
        }
    }

    /// The narrowest line its rows fit into when texts are cut to so many characters and numbers are not.
    func leastWidth(textAtMost most: Int) -> Int {
        let all = [columns.map(\.title)] + rows
        return columns.indices.reduce(2 * max(0, columns.count - 1)) { sum, index in
            let natural = all.map { index < $0.count ? $0[index].count : 0 }.max() ?? 0
            return sum + (columns[index].isNumeric ? natural : min(natural, most))
        }
    }

    private func aligned(width: Int) -> String {
        let all = [columns.map(\.title)] + rows
        let widths = fitted(
            columns.indices.map { index in all.map { index < $0.count ? $0[index].count : 0 }.max() ?? 0 },
            into: width
        )
        var lines = all.flatMap { self.lines(of: $0, widths: widths) }
        if let title = lines.first { lines[0] = Terminal.faint(title) }
        return lines.lines
    }

    /// A row as text: one line, or more where a text in the last column is longer than its place.
    private func lines(of row: [String], widths: [Int]) -> [String] {
        guard let last = columns.indices.last else { return [] }
        let tail = last < row.count ? row[last] : ""
        let wrapped = columns[last].isNumeric ? [tail] : TextLayout.wrap(tail, width: widths[last])
        let head = columns.indices.dropLast().map { index in
            let cell = index < row.count ? row[index] : ""
            let shown = TextLayout.shorten(cell, to: widths[index], keepingEnd: columns[index].keepsEnd)
            return aligned(shown, index, widths[index]) + "  "
        }.joined()
        return wrapped.enumerated().map { line, text in
            TextLayout.trim(
                (line == 0 ? head : String(repeating: " ", count: head.count)) + aligned(text, last, widths[last])
            )
        }
    }

    private func aligned(_ cell: String, _ column: Int, _ width: Int) -> String {
        let padding = String(repeating: " ", count: max(0, width - cell.count))
        return columns[column].isNumeric ? padding + cell : cell + padding
    }

    /// Narrows the widest text columns until the line fits; numbers are never cut, the first column (what a row is about)
    /// only when nothing else is left to narrow.
    private func fitted(_ natural: [Int], into width: Int) -> [Int] {
        var widths = natural
        let separators = 2 * max(0, columns.count - 1)
        while widths.reduce(0, +) + separators > width {
            let narrowable = columns.indices.filter { !columns[$0].isNumeric && widths[$0] > 8 }
            guard
                let widest = narrowable.first(where: { columns[$0].keepsEnd && widths[$0] > 20 })
                    ?? narrowable.filter({ $0 > 0 }).max(by: { widths[$0] < widths[$1] }) ?? narrowable.first
            else { break }
            widths[widest] -= 1
        }
        return widths
    }

    private var markdown: String {
        let escape = { (cell: String) in
            cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
        }
        let line = { (cells: [String]) in "| " + cells.joined(separator: " | ") + " |" }
        return
            ([
                line(columns.map { escape($0.title) }),
                line(columns.map { $0.isNumeric ? "---:" : "---" }),
            ] + rows.map { row in line(columns.indices.map { $0 < row.count ? escape(row[$0]) : "" }) }).lines
    }

    private static func quotedForCSV(_ cell: String) -> String {
        guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

extension Table {
    /// Makes a table with one line a row.
    init<Row>(_ rows: [Row], fields: [Field<Row>], showsOptional: Bool) {
        let shown = fields.filter { showsOptional || !$0.isOptional }
        self.init(columns: shown.map(\.column), rows: rows.map { row in shown.map { $0.cell(row) } })
    }
}

extension [String] {
    /// The strings as lines, each ended by a newline.
    fileprivate var lines: String { map { $0 + "\n" }.joined() }
}
