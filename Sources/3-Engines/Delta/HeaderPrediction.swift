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

    /// What a field holds if nothing else is said.
    ///
    /// - Parameters:
    ///   - field: Which field.
    ///   - block: The block so far; the checksum is predicted last, over all other fields.
    /// - Returns: The field's bytes.
    func expected(_ field: TarField, in block: [UInt8]) -> [UInt8] {
        switch field {
        case .size: TarPrediction.size(byteCount)
        case .checksum: TarPrediction.checksum(of: block)
        default: Array(Self.part(of: reference, field))
        }
    }

    /// What the previous block holds in a field.
    func fallback(_ field: TarField) -> [UInt8] { Array(Self.part(of: previous, field)) }

    static func part(of block: ArraySlice<UInt8>, _ field: TarField) -> ArraySlice<UInt8> {
        block.dropFirst(field.range.lowerBound).prefix(field.range.count)
    }

    /// All fields, the checksum last.
    static let order = TarField.allCases.filter { $0 != .checksum } + [.checksum]
}
