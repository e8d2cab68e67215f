import Testing

/// A change that makes a valid value invalid, and the key path the problem must be reported at.
struct BadValue<Value>: Sendable, CustomTestStringConvertible {
    let path: String
    let change: @Sendable (inout Value) -> Void

    init(_ path: String, _ change: @escaping @Sendable (inout Value) -> Void) {
        self.path = path
        self.change = change
    }

    var testDescription: String { path }
}
