import Tar

/// What is expected of a header block before it is known, field by field.
struct HeaderPrediction {
    /// The old entry's block, or zeros.
    let reference: ArraySlice<UInt8>
    /// The new layer's block before this one, or zeros.
    let previous: ArraySlice<UInt8>
    /// How many bytes follow the header as content or body.
    let byteCount: UInt64

    static let zeroBlock = [UInt8](repeating: 0, count: 512)[...]

    /// What a field holds if nothing else is said, where that follows from other fields or the content; nil for what the
    /// reference block has.
    ///
    /// - Parameters:
    ///   - field: Which field.
    ///   - block: The block so far; the checksum is predicted last, over all other fields.
    /// - Returns: The field's bytes.
    func computed(_ field: TarField, in block: [UInt8]) -> [UInt8]? {
        switch field {
        case .size: TarPrediction.size(byteCount)
        case .checksum: TarPrediction.checksum(of: block)
        default: nil
        }
    }

    /// Whether a field holds what it does if nothing else is said.
    func isExpected(_ field: TarField, in block: ArraySlice<UInt8>) -> Bool {
        switch field {
        case .size, .checksum:
            computed(field, in: Array(block))?.elementsEqual(Self.part(of: block, field)) ?? false
        default: Self.isSame(block, reference, field)
        }
    }

    /// Whether a field holds what the previous block holds there.
    func isFallback(_ field: TarField, in block: ArraySlice<UInt8>) -> Bool {
        Self.isSame(block, previous, field)
    }

    private static func isSame(_ block: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>, _ field: TarField)
        -> Bool
    {
        let bytes = block.span
        let others = other.span
        for index in field.range where bytes[index] != others[index] { return false }
        return true
    }

    static func part(of block: ArraySlice<UInt8>, _ field: TarField) -> ArraySlice<UInt8> {
        block.dropFirst(field.range.lowerBound).prefix(field.range.count)
    }

    /// All fields, the checksum last.
    static let order = TarField.allCases.filter { $0 != .checksum } + [.checksum]
}
