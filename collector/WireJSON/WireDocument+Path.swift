/// Values by name, for people.
extension WireDocument {
    /// The bytes of a value as they were written.
    func text(of value: WireValue) -> String {
        String(decoding: bytes[Int(value.start)..<Int(value.end)], as: UTF8.self)
    }

    /// Where a value lies: `settings.steps[2]`.
    func path(to wanted: Int) -> String {
        var path = ""
        var outer = 0
        while outer < wanted {
            let isObject = values[outer].kind == .object
            var index = outer + 1
            var position = 0
            while index < Int(values[outer].next) {
                let value = isObject ? index + 1 : index
                guard wanted < Int(values[value].next) else {
                    index = Int(values[value].next)
                    position += 1
                    continue
                }
                if isObject {
                    path += (path.isEmpty ? "" : ".") + text(of: values[index])
                } else {
                    path += "[\(position)]"
                }
                break
            }
            // A key, or nothing: not a value's number.
            guard index < Int(values[outer].next) else { return path }
            outer = isObject ? index + 1 : index
        }
        return path
    }
}
