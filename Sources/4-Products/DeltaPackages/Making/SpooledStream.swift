import Delta
import FileIO
import Recompression

/// A recipe's stream, a patch that waits, or a file's unpacked form, as temporary data.
///
/// An image may have a thousand layers, whose recipes have eleven streams each, most of them a few bytes long.
final class SpooledStream: StreamStore, ScratchStore, TokenStore {
    private let spool = Spool()

    func append(_ bytes: [UInt8]) throws { try spool.append(bytes) }

    func append(_ bytes: ArraySlice<UInt8>) throws { try spool.append(bytes) }

    func finish() -> @Sendable (UInt64, Int) throws -> [UInt8] {
        let file = spool.finish()
        return { try file.read(at: $0, count: $1) }
    }

    func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        try FileRegion(spool.finish()).forEachPart(body)
    }
}
