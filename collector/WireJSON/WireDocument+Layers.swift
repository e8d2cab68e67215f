import EdgeprofAPI
import Glibc

/// Layers, which are two thirds of a run's bytes, without a container for each.
extension WireDocument {
    /// Fields as bits of those seen.
    private enum Field: UInt16 {
        case name = 1
        case operation = 2
        case shape = 4
        case macs = 8
        case memoryAccessBytes = 16
        case nanoseconds = 32
        case rooflineShare = 64
        case boundBy = 128
        case counters = 256

        static let required: UInt16 = 63
    }

    /// Reads a list of layers, as `Run.Layer` decodes itself.
    func layers(at index: Int) throws -> [Run.Layer] { try elements(of: index).map(layer) }

    private func layer(at index: Int) throws -> Run.Layer {
        guard kind(at: index) == .object else { throw unusual() }
        var layer = Run.Layer(name: "", operation: "", shape: "", macs: 0, memoryAccessBytes: 0, nanoseconds: 0)
        var seen: UInt16 = 0
        var place = index + 1
        let end = Int(values[index].next)
        while place < end {
            let (key, value) = (values[place], place + 1)
            place = Int(values[value].next)
            // An escaped key may be any field's.
            guard key.kind == .text else { throw unusual() }
            guard let field = field(key) else { continue }
            // Which of two counts is not ours to say.
            guard seen & field.rawValue == 0 else { throw unusual() }
            seen |= field.rawValue
            try read(field, at: value, into: &layer)
        }
        guard seen & Field.required == Field.required else { throw unusual() }
        return layer
    }

    private func read(_ field: Field, at index: Int, into layer: inout Run.Layer) throws {
        switch field {
        case .name: layer.name = try text(at: index)
        case .operation: layer.operation = try text(at: index)
        case .shape: layer.shape = try text(at: index)
        case .macs: layer.macs = try whole(UInt64.self, at: index)
        case .memoryAccessBytes: layer.memoryAccessBytes = try whole(UInt64.self, at: index)
        case .nanoseconds: layer.nanoseconds = try whole(UInt64.self, at: index)
        case .rooflineShare: layer.rooflineShare = kind(at: index) == .null ? nil : try number(at: index)
        case .boundBy:
            guard kind(at: index) != .null else { return }
            guard let bound = Run.Roofline.Bound(rawValue: try text(at: index)) else { throw unusual() }
            layer.boundBy = bound
        case .counters:
            layer.counters = kind(at: index) == .null ? nil : try value([String: UInt64].self, at: index)
        }
    }

    private func field(_ key: WireValue) -> Field? {
        switch key.end - key.start {
        case 4: isText(key, "name") ? .name : isText(key, "macs") ? .macs : nil
        case 5: isText(key, "shape") ? .shape : nil
        case 7: isText(key, "boundBy") ? .boundBy : nil
        case 8: isText(key, "counters") ? .counters : nil
        case 9: isText(key, "operation") ? .operation : nil
        case 11: isText(key, "nanoseconds") ? .nanoseconds : nil
        case 13: isText(key, "rooflineShare") ? .rooflineShare : nil
        case 17: isText(key, "memoryAccessBytes") ? .memoryAccessBytes : nil
        default: nil
        }
    }

    /// Whether a text of the same length is this one.
    private func isText(_ value: WireValue, _ text: StaticString) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { memcmp($0 + Int(value.start), text.utf8Start, text.utf8CodeUnitCount) == 0 }
                ?? false
        }
    }
}
