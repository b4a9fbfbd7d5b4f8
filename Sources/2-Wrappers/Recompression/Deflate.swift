/// Makes the deflate streams (RFC 1951) of other programs again, byte for byte.
public enum Deflate {
    /// Compresses a content in one run.
    ///
    /// - Parameters:
    ///   - content: What to compress.
    ///   - parameters: Whose stream to make; numbers out of bounds count as the nearest bound.
    /// - Returns: The raw stream, without a header or a checksum.
    public static func compress(_ content: [UInt8], _ parameters: DeflateParameters) -> [UInt8] {
        var work = Int.max
        return compress(content[...], parameters, work: &work) ?? []
    }

    /// Compresses a content in one run, unless that takes too long.
    ///
    /// - Parameters:
    ///   - content: What to compress.
    ///   - parameters: Whose stream to make; numbers out of bounds count as the nearest bound.
    ///   - work: How much searching may take, in places looked at and words compared; what it took is taken off.
    /// - Returns: The raw stream; nil if it would take more.
    public static func compress(
        _ content: ArraySlice<UInt8>, _ parameters: DeflateParameters, work: inout Int
    ) -> [UInt8]? {
        var encoder = StreamEncoder()
        let limit = work
        defer { work -= encoder.work }
        return content.withUnsafeBufferPointer {
            encoder.compress($0, parameters.bounded, workLimit: limit)
        }
    }

    /// Finds parameters that make exactly `compressed` of `content`.
    ///
    /// A candidate is given up at its first wrong block, and all are when searching takes too long or the task is
    /// cancelled.
    ///
    /// - Parameters:
    ///   - compressed: A whole raw deflate stream.
    ///   - content: What is in it.
    ///   - hints: What to try before the usual parameters.
    ///   - work: How much searching may take, in places looked at and words compared; what it took is taken off.
    /// - Returns: The first parameters that fit; nil if none do.
    public static func parameters(
        rebuilding compressed: ArraySlice<UInt8>, from content: [UInt8], hints: [DeflateParameters],
        work: inout Int
    ) -> DeflateParameters? {
        var encoder = StreamEncoder()
        let limit = work
        defer { work -= encoder.work }
        var tried: Set<DeflateParameters> = []
        return content.withUnsafeBufferPointer { content in
            compressed.withUnsafeBufferPointer { compressed in
                for candidate in hints.map(\.bounded) + DeflateParameters.usual
                where tried.insert(candidate).inserted {
                    if encoder.makes(compressed, of: content, candidate, workLimit: limit) {
                        return candidate
                    }
                    guard encoder.work <= limit, !Task.isCancelled else { return nil }
                }
                return nil
            }
        }
    }
}
