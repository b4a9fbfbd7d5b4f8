import CDivsufsort

/// The suffixes of a text in the order of their bytes (libdivsufsort).
public enum SuffixArray {
    /// The largest text that can be sorted: positions are 32-bit.
    public static let byteCountLimit = Int(Int32.max) - 1

    /// Sorts all suffixes.
    ///
    /// - Parameter text: At most `byteCountLimit` bytes.
    /// - Returns: The suffixes' start positions, the smallest suffix first; empty if memory ran out or the text is too long.
    public static func sort(_ text: [UInt8]) -> [Int32] {
        guard !text.isEmpty, text.count <= byteCountLimit else { return [] }
        return [Int32](unsafeUninitializedCapacity: text.count) { array, count in
            let result = text.withUnsafeBufferPointer {
                divsufsort($0.baseAddress, array.baseAddress, Int32($0.count))
            }
            count = result == 0 ? text.count : 0
        }
    }
}
