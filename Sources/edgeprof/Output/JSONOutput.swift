import Foundation

/// Results as JSON: keys sorted, slashes plain, one trailing newline.
enum JSONOutput {
    /// Encodes a value.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let text = String(data: try encoder.encode(value), encoding: .utf8) else {
            throw InputError("the result is not UTF-8")
        }
        return text + "\n"
    }
}

extension OutputOptions {
    /// Writes a result: as JSON when that was asked for, otherwise as the table.
    func write(_ value: some Encodable, as table: @autoclosure () -> Table) throws {
        let format = resolved
        Terminal.write(format == .json ? try JSONOutput.text(value) : table().rendered(as: format))
    }
}
