/// Decompresses zstd frames one after the other, and tells what is behind the last one. libarchive would only call it an
/// unknown frame.
final class ZstdStream {
    private let decompressor: ZstdDecompressor
    private let next: () throws -> [UInt8]
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    /// What libzstd's own tools take unless told otherwise: 128 MiB.
    private static let windowLogLimit = 27
    private static let magicByteCount = 4
    /// What begins with these and ends too early was cut off.
    private static let frameMagic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// A stream.
    ///
    /// - Parameter next: Gives the next bytes of the input; empty at its end.
    /// - Throws: `ArchiveError` if libzstd has no memory.
    init(next: @escaping () throws -> [UInt8]) throws(ArchiveError) {
        do {
            decompressor = try ZstdDecompressor(windowLogLimit: Self.windowLogLimit) { try next()[...] }
        } catch {
            throw .outOfMemory
        }
        self.next = next
    }

    /// Reads all frames. What follows the last one and is none is refused: of containerd, podman and skopeo none unpacks it.
    ///
    /// - Parameter body: Takes decompressed bytes, in order.
    /// - Throws: `ArchiveError` for damaged input, and whatever the closures throw.
    func read(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        repeat {
            decompressor.startNextFrame()
            var count = 0
            repeat {
                count = try readPart()
                if count > 0 { try body(buffer[..<count]) }
            } while count == buffer.count
        } while try hasFrame()
    }

    /// Fills the buffer; returns how many bytes that are, fewer than fit only at a frame's end.
    private func readPart() throws -> Int {
        do {
            return try decompressor.read(into: &buffer)
        } catch CompressionError.endsEarly {
            throw ArchiveError.endsEarly
        } catch CompressionError.windowTooLarge {
            throw ArchiveError.windowTooLarge
        } catch CompressionError.failed(_, let reason) {
            throw ArchiveError.unreadable("zstd decompression failed: \(reason)")
        }
    }

    /// Whether another frame follows the one that was read.
    private func hasFrame() throws -> Bool {
        let upcoming = try decompressor.upcoming(Self.magicByteCount)
        let start = Array(upcoming.prefix(Self.magicByteCount))
        if start.isEmpty { return false }
        if StreamFormat(start) == .zstd { return true }
        let isCut = start.count < Self.magicByteCount && Self.couldBegin(start)
        guard !isCut else { throw ArchiveError.endsEarly }
        var byteCount = 0
        var isZeros = true
        var part = Array(upcoming)
        while !part.isEmpty {
            byteCount += part.count
            isZeros = isZeros && part.allSatisfy { $0 == 0 }
            part = try next()
        }
        throw ArchiveError.behindZstd(byteCount: byteCount, isZeros: isZeros)
    }

    /// Whether bytes, fewer than tell it, may be the first ones of a frame, or of one to be skipped.
    private static func couldBegin(_ start: [UInt8]) -> Bool {
        frameMagic.starts(with: start)
            || start[0] & 0xf0 == 0x50 && [0x2a, 0x4d, 0x18].starts(with: start.dropFirst())
    }
}
