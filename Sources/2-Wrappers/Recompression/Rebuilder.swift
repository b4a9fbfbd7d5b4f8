/// Makes a compressed blob of the data that it holds and its description, as the data come.
public final class Rebuilder {
    private let machine: StreamMachine
    private var madeByteCount: UInt64 = 0
    /// How long the blob is.
    public let blobByteCount: UInt64
    /// How long the data are.
    public let plainByteCount: UInt64

    /// Opens a description.
    ///
    /// - Parameters:
    ///   - repack: The description.
    ///   - sink: Takes the blob's bytes, in order.
    /// - Throws: `RecompressionError` if it is none, and what reading throws.
    public init(_ repack: ByteSource, sink: @escaping (ArraySlice<UInt8>) throws -> Void) throws {
        let header = try Repack.Header(repack)
        plainByteCount = header.plainByteCount
        blobByteCount = header.blobByteCount
        let limit = header.blobByteCount
        var made: UInt64 = 0
        machine = StreamMachine(
            plan: Self.coder(repack, at: header.planOffset, header.planByteCount),
            tokens: Self.coder(
                repack, at: header.planOffset + header.planByteCount, header.tokenByteCount),
            end: Int(header.plainByteCount)
        ) { bytes in
            made += UInt64(bytes.count)
            guard made <= limit else {
                throw RecompressionError.damaged("it makes more than it says")
            }
            try sink(ArraySlice(bytes))
        }
        check = { made == limit }
    }

    private let check: () -> Bool

    private static func coder(_ source: ByteSource, at offset: UInt64, _ byteCount: UInt64) -> AdaptiveCoder {
        var place = offset
        return AdaptiveCoder(byteCount: Int(clamping: byteCount)) { count in
            let part = (try? source.read(place, count)) ?? []
            place += UInt64(part.count)
            return part
        }
    }

    /// Takes the next bytes of the data.
    public func write(_ bytes: ArraySlice<UInt8>) throws {
        try bytes.withUnsafeBufferPointer { try machine.write($0) }
    }

    /// Ends the data.
    public func finish() throws {
        try machine.finish()
        guard check() else { throw RecompressionError.damaged("it makes less than it says") }
    }
}

extension Repack {
    /// What a description starts with.
    struct Header {
        var plainByteCount: UInt64 = 0
        var blobByteCount: UInt64 = 0
        var planByteCount: UInt64 = 0
        var tokenByteCount: UInt64 = 0
        /// Where the coded plan starts.
        var planOffset: UInt64 = 0

        init(_ source: ByteSource) throws {
            let bytes = try source.read(0, Int(min(source.byteCount, 64)))
            guard bytes.starts(with: magic) else { throw RecompressionError.damaged("it is none") }
            guard bytes.count > 4, bytes[4] == version else {
                throw RecompressionError.damaged("its version is unknown")
            }
            var place = 5
            func number() throws -> UInt64 {
                var value: UInt64 = 0
                for shift in stride(from: 0, to: 56, by: 7) {
                    guard place < bytes.count else { break }
                    let byte = bytes[place]
                    place += 1
                    value |= UInt64(byte & 0x7f) << UInt64(shift)
                    if byte < 0x80 { return value }
                }
                throw RecompressionError.damaged("its sizes cannot be read")
            }
            plainByteCount = try number()
            blobByteCount = try number()
            planByteCount = try number()
            tokenByteCount = try number()
            planOffset = UInt64(place)
            guard plainByteCount < 1 << 47,
                planOffset + planByteCount + tokenByteCount == source.byteCount
            else { throw RecompressionError.damaged("its sizes contradict each other") }
        }
    }

    static func assemble(plainByteCount: UInt64, blobByteCount: UInt64, plan: [UInt8], tokens: [UInt8])
        -> [UInt8]
    {
        var bytes = magic + [version]
        for number in [plainByteCount, blobByteCount, UInt64(plan.count), UInt64(tokens.count)] {
            var rest = number
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
        return bytes + plan + tokens
    }
}
