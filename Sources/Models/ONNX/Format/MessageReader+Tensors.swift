extension MessageReader {
    /// A tensor whose extents, type and bytes agree.
    mutating func tensor(_ message: TensorProto) throws(ONNXError) -> ONNXTensor {
        let name = ONNXError.quoted(message.name)
        guard let type = ONNXElementType(rawValue: message.dataType) else {
            throw ONNXError(
                .unsupportedModel,
                "tensor \(name) has element type \(message.dataType), which is not known"
            )
        }
        guard type != .string else {
            throw ONNXError(.unsupportedModel, "tensor \(name) holds strings; remove it from the model")
        }
        let dimensions = message.dims.map { Int(clamping: $0) }
        guard dimensions.count <= Self.mostAxes, let count = dimensions.checkedProduct,
            count <= ONNXFile.largestElementCount
        else {
            throw ONNXError(.malformed, "tensor \(name) has the extents \(message.dims.prefix(8)), which cannot be")
        }
        let byteCount = count * type.byteCount
        let storage: ONNXTensor.Storage
        if message.dataLocation == 1 {
            storage = try externalStorage(message, byteCount: byteCount)
        } else {
            guard message.dataLocation == 0 else {
                throw ONNXError(.malformed, "tensor \(name) has data location \(message.dataLocation)")
            }
            let payload = message.hasPayload ? payloads[Int(message.payload)] : TensorPayload()
            storage = try self.storage(payload, type: type, byteCount: byteCount, name: name)
        }
        return ONNXTensor(
            name: message.name,
            elementType: type,
            dimensions: dimensions,
            elementCount: count,
            storage: storage
        )
    }

    private mutating func storage(
        _ payload: TensorPayload,
        type: ONNXElementType,
        byteCount: Int,
        name: String
    ) throws(ONNXError) -> ONNXTensor.Storage {
        func disagree(_ found: String) -> ONNXError {
            ONNXError(.malformed, "tensor \(name): its extents ask for \(byteCount) bytes, the file has \(found)")
        }
        guard let field = payload.fragments.last?.field else {
            guard byteCount == 0 else { throw disagree("none") }
            return .bytes([])
        }
        guard payload.fragments.allSatisfy({ $0.field == field }), field == 9 || field == type.dataField else {
            throw ONNXError(.malformed, "tensor \(name): its data is not stored as \(type.name)")
        }
        let isVarint = field == 5 || field == 7 || field == 11
        let single: WireReader.WireType = field == 10 ? .fixed64 : isVarint ? .varint : .fixed32
        guard payload.fragments.allSatisfy({ $0.type == .lengthDelimited || ($0.type == single && field != 9) }) else {
            throw ONNXError(.malformed, "tensor \(name): a data field has the wrong form")
        }
        if !isVarint, let last = payload.fragments.last, field == 9 || payload.fragments.count == 1 {
            // Of two raw_data the last counts, as everywhere in protobuf.
            guard last.range.count == byteCount else { throw disagree("\(last.range.count)") }
            return .mapped(file, offset: last.range.lowerBound)
        }
        guard byteCount <= decodingBudget else {
            throw ONNXError(.cannotRead, "tensor \(name) is too large in this form; export the model with raw data")
        }
        decodingBudget -= byteCount
        let size = type.byteCount
        var bytes: [UInt8] = []
        for fragment in payload.fragments {
            // Read anew each time: a file that shrinks meanwhile reads as zeros, and the whole is refused at the end.
            let failure = file.withBytes(fragment.range) { source -> ONNXError? in
                guard isVarint else {
                    bytes.append(contentsOf: source.prefix(byteCount - bytes.count + 1))
                    return nil
                }
                var reader = WireReader(source, range: 0..<source.count)
                do throws(ONNXError) {
                    while !reader.isAtEnd {
                        guard bytes.count < byteCount else { throw disagree("more") }
                        let value = try reader.readVarint()
                        guard type.holds(value) else {
                            throw ONNXError(.malformed, "tensor \(name): \(value) is no \(type.name)")
                        }
                        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0.prefix(size)) }
                    }
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
        }
        guard bytes.count == byteCount else { throw disagree("\(bytes.count)") }
        return .bytes(bytes)
    }
}

extension ONNXFile {
    /// The most elements a tensor may have; with 16 bytes each their size still fits Int with room to spare.
    static let largestElementCount = 1 << 48
}

extension ONNXElementType {
    /// Number of the typed data field that holds this type's elements (TensorProto's comments), 9 is raw_data.
    var dataField: Int {
        switch self {
        case .float32, .complex64: 4
        case .int32, .int16, .int8, .uint16, .uint8, .bool, .float16, .bfloat16: 5
        case .string: 6
        case .int64: 7
        case .float64, .complex128: 10
        case .uint32, .uint64: 11
        }
    }

    /// Whether a varint, sign-extended to 64 bits as protobuf writes negative int32, is a value of this type.
    fileprivate func holds(_ value: UInt64) -> Bool {
        let signed = Int64(bitPattern: value)
        return switch self {
        case .int8: Int8(exactly: signed) != nil
        case .uint8: UInt8(exactly: signed) != nil
        case .bool: signed == 0 || signed == 1
        case .int16: Int16(exactly: signed) != nil
        case .uint16, .float16, .bfloat16: UInt16(exactly: signed) != nil
        case .int32: Int32(exactly: signed) != nil
        case .uint32: UInt32(exactly: value) != nil
        default: true
        }
    }
}
