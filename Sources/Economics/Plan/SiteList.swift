public import EdgeprofAPI

/// Reads the list of sites of `plan --sites`: CSV with a header (docs/economics.md, "Plan: sites").
///
/// Columns, in any order: `site` and `inferences_per_second`, and, where wanted, `duty` and one `owned:TIER` for each tier of
/// which units stand at sites already. Blank lines and lines that begin with # are skipped. A value with a comma or a quotation
/// mark is quoted, a quotation mark within doubled (RFC 4180).
public enum SiteList {
    /// Most problems told of at once.
    static let mostProblems = 20

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - text: The CSV.
    ///   - tiers: Ids of the tiers there are, of which sites can own units; nil where that is checked later.
    /// - Returns: The sites, in the order of the lines.
    /// - Throws: `ConfigurationError` with what is wrong, each problem's path the line it is in.
    public static func parse(_ text: String, tiers: [String]? = nil) throws(ConfigurationError) -> [PlanningRequest
        .Site]
    {
        var reader = Reader(tiers: tiers)
        // Not by characters: CR LF is one character.
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            reader.read(line, number: index + 1)
            if reader.problems.count >= mostProblems { break }
        }
        if !reader.hasHeader { reader.add(1, "is empty; the first line names the columns: site,inferences_per_second") }
        if reader.hasHeader && reader.sites.isEmpty && reader.problems.isEmpty {
            reader.add(1, "lists no site below the header")
        }
        guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
        return reader.sites
    }

    private enum Column: Equatable {
        case site, demand, duty
        case owned(String)
    }

    private struct Reader {
        let tiers: [String]?
        var columns: [Column] = []
        var hasHeader = false
        var sites: [PlanningRequest.Site] = []
        var problems: [ConfigurationProblem] = []
        private var lines: [String: Int] = [:]

        init(tiers: [String]?) { self.tiers = tiers }

        mutating func add(_ line: Int, _ message: String) {
            problems.append(ConfigurationProblem(path: "\(line)", message: message))
        }

        mutating func read(_ line: Substring.UTF8View, number: Int) {
            var bytes = Array(line)
            // A byte order mark, as spreadsheets write it.
            if number == 1, bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            let isBlank = bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
            if isBlank || bytes.first == UInt8(ascii: "#") { return }
            guard let fields = SiteList.fields(bytes) else {
                return add(number, "has a quotation mark that is not closed, or text beside it")
            }
            if hasHeader { row(fields, number) } else { header(fields, number) }
        }

        private mutating func header(_ fields: [String], _ number: Int) {
            hasHeader = true
            for field in fields {
                switch field {
                case "site": columns.append(.site)
                case "inferences_per_second": columns.append(.demand)
                case "duty": columns.append(.duty)
                default:
                    let tier = field.hasPrefix("owned:") ? String(field.dropFirst(6)) : ""
                    if tier.isEmpty {
                        add(number, "`\(field)` is no column; use site, inferences_per_second, duty or owned:TIER")
                    } else if let tiers, !tiers.contains(tier) {
                        add(number, "there is no tier `\(tier)`; use \(Text.list(tiers, atMost: 12))")
                    }
                    columns.append(.owned(tier))
                }
            }
            for column in [Column.site, .demand] where !columns.contains(column) {
                add(number, "the column \(column == .site ? "site" : "inferences_per_second") is missing")
            }
            for (index, column) in columns.enumerated() where columns[..<index].contains(column) {
                add(number, "the column `\(fields[index])` is there twice")
            }
        }

        private mutating func row(_ fields: [String], _ number: Int) {
            guard fields.count == columns.count else {
                return add(number, "has \(Text.count(fields.count, "value")), the header \(columns.count)")
            }
            guard sites.count < PlanningRequest.mostSites else {
                return add(number, "is beyond \(Text.number(Double(PlanningRequest.mostSites))) sites")
            }
            var site = PlanningRequest.Site(site: "", inferencesPerSecond: 0)
            let before = problems.count
            for (column, field) in zip(columns, fields) {
                switch column {
                case .site: site.site = name(field, number)
                case .demand:
                    site.inferencesPerSecond = value(field, 0...1_000_000, "inferences_per_second", number) ?? 0
                case .duty: if !field.isEmpty { site.duty = value(field, 0...1, "duty", number) }
                case .owned(let tier):
                    guard !field.isEmpty, let units = value(field, 0...1_000_000, "owned:\(tier)", number) else {
                        break
                    }
                    guard let whole = Int(exactly: units) else {
                        add(number, "owned:\(tier) `\(field)` is not a whole number")
                        break
                    }
                    if whole > 0 { site.owned[tier] = whole }
                }
            }
            if problems.count == before { sites.append(site) }
        }

        private mutating func name(_ field: String, _ number: Int) -> String {
            if field.isEmpty || field.utf8.count > 200 { add(number, "give the site a name of 1 to 200 bytes") }
            if let first = lines.updateValue(number, forKey: field) {
                add(number, "the site `\(field)` is already in line \(first)")
            }
            return field
        }

        private mutating func value(
            _ field: String,
            _ range: ClosedRange<Double>,
            _ column: String,
            _ number: Int
        ) -> Double? {
            // `Double` also reads hexadecimal numbers, infinities and NaN.
            guard field.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(field),
                value.isFinite
            else {
                add(number, "\(column) `\(field)` is not a number")
                return nil
            }
            guard range.contains(value) else {
                add(number, "\(column) \(field) is outside 0 to \(Text.number(range.upperBound))")
                return nil
            }
            return value
        }
    }

    /// The values of a line; nil where a quotation is not as it should be.
    private static func fields(_ line: [UInt8]) -> [String]? {
        let (comma, quote, space) = (UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: " "))
        var fields: [String] = []
        var place = 0
        while true {
            while place < line.count, line[place] == space { place += 1 }
            var bytes: [UInt8] = []
            if place < line.count, line[place] == quote {
                place += 1
                while true {
                    guard place < line.count else { return nil }
                    if line[place] == quote {
                        place += 1
                        guard place < line.count, line[place] == quote else { break }
                    }
                    bytes.append(line[place])
                    place += 1
                }
                while place < line.count, line[place] == space { place += 1 }
                guard place == line.count || line[place] == comma else { return nil }
            } else {
                while place < line.count, line[place] != comma {
                    guard line[place] != quote else { return nil }
                    bytes.append(line[place])
                    place += 1
                }
                while bytes.last == space { bytes.removeLast() }
            }
            fields.append(String(decoding: bytes, as: UTF8.self))
            guard place < line.count else { return fields }
            place += 1
        }
    }
}
