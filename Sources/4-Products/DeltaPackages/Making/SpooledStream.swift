import Delta
import FileIO
import Recompression

/// A recipe's stream, a patch that waits, or a file's unpacked form: in memory while it is short, else in a temporary file.
///
/// An image may have a thousand layers, whose recipes have eleven streams each, most of them a few bytes long.
final class SpooledStream: StreamStore, ScratchStore, TokenStore {
    private static let shortByteCount = 1 << 14

    private var short: [UInt8] = []
    private var spool: Spool?

    func append(_ bytes: [UInt8]) throws { try append(bytes[...]) }

    func append(_ bytes: ArraySlice<UInt8>) throws {
        guard spool == nil, short.count + bytes.count <= Self.shortByteCount else {
            let spool = try spool ?? Spool()
            if !short.isEmpty { try spool.append(short) }
            short = []
            self.spool = spool
            return try spool.append(bytes)
        }
        short += bytes
    }

    func finish() -> @Sendable (UInt64, Int) throws -> [UInt8] {
        if let file = spool?.finish() { return { try file.read(at: $0, count: $1) } }
        let short = short
        return { offset, count in
            guard count >= 0, offset <= UInt64(short.count), count <= short.count - Int(offset) else {
                throw FileError.endsEarly(path: "temporary data", offset: UInt64(short.count))
            }
            return Array(short[Int(offset)..<Int(offset) + count])
        }
    }

    func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        if let spool { return try FileRegion(spool.finish()).forEachPart(body) }
        if !short.isEmpty { try body(short[...]) }
    }
}
