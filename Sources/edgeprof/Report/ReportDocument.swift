/// A document of headings, prose, tables and figures, written as one HTML page or as Markdown; neither needs anything else.
struct ReportDocument {
    /// A part of the document; all text is as people read it, not markup.
    enum Block {
        case heading(String)
        case paragraph(String)
        case lead(String)
        case list([String])
        case table(Table)
        /// A drawing as SVG, the same in characters, and what it shows.
        case figure(svg: String, text: String, caption: String)
    }

    let title: String
    let subtitle: String
    let blocks: [Block]

    /// The page: no script, no other file, no network.
    var html: String {
        let head = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTML.escaped(title)) · edgeprof</title>
            <style>\(Self.style)</style></head>
            """
        let parts =
            [HTML.text("h1", [:], title), HTML.text("p", ["class": "sub"], subtitle)] + blocks.map(Self.html)
        return head + "\n" + HTML.element("body", [:], parts.joined(separator: "\n")) + "</html>\n"
    }

    private static func html(_ block: Block) -> String {
        switch block {
        case .heading(let text): HTML.text("h2", [:], text)
        case .paragraph(let text): HTML.text("p", [:], text)
        case .lead(let text): HTML.text("p", ["class": "lead"], text)
        case .list(let items):
            HTML.element("ul", [:], items.map { HTML.text("li", [:], $0) }.joined(separator: "\n"))
        case .table(let table): HTML.element("div", ["class": "wide"], HTML.table(table))
        case .figure(let svg, _, let caption):
            HTML.element("figure", [:], svg + HTML.text("figcaption", [:], caption))
        }
    }

    /// The same as Markdown; figures in characters.
    var markdown: String {
        (["# " + Self.plain(title), "_\(Self.plain(subtitle))_"] + blocks.map(Self.markdown)).joined(separator: "\n\n")
            + "\n"
    }

    private static func markdown(_ block: Block) -> String {
        switch block {
        case .heading(let text): return "## " + plain(text)
        case .paragraph(let text): return plain(text)
        case .lead(let text): return "**\(plain(text))**"
        case .list(let items): return items.map { "- " + plain($0) }.joined(separator: "\n")
        case .table(let table):
            let escaped = Table(
                columns: table.columns,
                rows: table.rows.map { row in row.map { plain($0) } }
            )
            return TextLayout.trim(escaped.rendered(as: .markdown).split(separator: "\n").joined(separator: "\n"))
        case .figure(_, let text, let caption):
            // In a fence nothing is markup but the fence's own end.
            var safe = ""
            for character in HTML.visible(text) { safe.append(character == "`" ? "'" : character) }
            return "```\n\(safe)```\n\n\(plain(caption))"
        }
    }

    /// Text that Markdown would not read as anything else; ends of lines become blanks.
    private static func plain(_ text: String) -> String {
        var result = ""
        for character in HTML.visible(text) {
            switch character {
            case "\n", "\r", "\t": result.append(" ")
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\\", "`", "*", "_", "[", "]", "#", "~": result += "\\\(character)"
            default: result.append(character)
            }
        }
        return result
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--faint:#667;--rule:#d5d9e0;--paper:#fff;--good:#1a7f4b;--mark:#c2410c}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e7ec;--faint:#9aa3b2;--rule:#343a46;--paper:#15181d;--good:#4ac487;--mark:#fb923c}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
        h1{margin:0}h2{margin:2rem 0 .5rem;font-size:1.15rem}.sub,figcaption{color:var(--faint);font-size:.87rem}
        .lead{font-size:1.1rem;font-weight:600}figure{margin:1rem 0}li{margin:.2rem 0}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.87rem}.wide{overflow-x:auto}
        th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid var(--rule);vertical-align:top}.n{text-align:right;white-space:nowrap}
        svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--faint)}
        .grid{stroke:var(--rule);stroke-width:1}.hull{fill:none;stroke:var(--good);stroke-width:1.5}.on{fill:var(--good)}
        .off{fill:none;stroke:var(--faint)}.pick{fill:var(--mark)}svg text.strong{fill:var(--ink);font-weight:600}.bar{stroke:var(--good);stroke-width:3}
        @media print{body{max-width:none;margin:0}h2{break-after:avoid}figure,tr{break-inside:avoid}}
        """
}
