/// Text made safe to stand in a page, and elements built from it.
enum HTML {
    /// Text as it is read, not as markup; control characters, which no page shows, are left out.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                if !scalar.properties.isDefaultIgnorableCodePoint, scalar.value >= 32, scalar.value != 127 {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// Text without characters that no page shows.
    static func visible(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars
        where !scalar.properties.isDefaultIgnorableCodePoint && scalar.value != 127
            && (scalar.value >= 32 || "\n\r\t".unicodeScalars.contains(scalar))
        {
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// An element around markup; attributes' values are escaped here.
    static func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: String) -> String
    {
        let written = attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
        return "<\(name)\(written)>\(content)</\(name)>"
    }

    /// An element around text.
    static func text(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ text: String) -> String {
        element(name, attributes, escaped(text))
    }

    /// A table: titles, rows of text, and which columns hold numbers.
    static func table(_ table: Table) -> String {
        let heads = table.columns.map { text("th", $0.isNumeric ? ["class": "n"] : [:], $0.title) }
        let rows = table.rows.map { row in
            let cells = table.columns.indices.map { index in
                text("td", table.columns[index].isNumeric ? ["class": "n"] : [:], index < row.count ? row[index] : "")
            }
            return element("tr", [:], cells.joined())
        }
        let head = element("thead", [:], element("tr", [:], heads.joined()))
        return element("table", [:], head + element("tbody", [:], rows.joined(separator: "\n")))
    }
}
