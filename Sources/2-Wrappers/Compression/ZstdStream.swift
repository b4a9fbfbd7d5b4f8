import CZstd

/// Decompresses zstd frames one after the other, by libzstd, and tells what is behind the last one. libarchive would only
/// call it an unknown frame.
final class ZstdStream {
    private let context: OpaquePointer
    private let next: () throws -> [UInt8]
    private var input: [UInt8] = []
    /// How much of the input was used.
    private var offset = 0
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    private static let magicByteCount = 4
    /// What begins with these and ends too early was cut off.
    private static let frameMagic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// A stream.
    ///
    /// - Parameter next: Gives the next bytes of the input; empty at its end.
    /// - Throws: `ArchiveError` if libzstd has no memory.
    init(next: @escaping () throws -> [UInt8]) throws(ArchiveError) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        self.context = context
        self.next = next
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Reads all frames. What follows the last one and is none is refused: of containerd, podman and skopeo none unpacks it.
    ///
    /// - Parameter body: Takes decompressed bytes, in order.
    /// - Throws: `ArchiveError` for damaged input, and whatever the closures throw.
    func read(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        repeat { try readFrame(body) } while try hasFrame()
    }

    private func readFrame(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var isFull = false
        while true {
            // Of a full buffer more may come without any input.
            if offset == input.count, !isFull {
                (input, offset) = (try next(), 0)
                guard !input.isEmpty else { throw ArchiveError.endsEarly }
            }
            let (result, count) = decompressPart()
            if ZSTD_isError(result) != 0 { throw Self.error(result) }
            if count > 0 { try body(buffer[..<count]) }
            if result == 0 { return }
            isFull = count == buffer.count
        }
    }

    private static func error(_ result: Int) -> ArchiveError {
        let name = String(cString: ZSTD_getErrorName(result))
        // Its codes are in a header of their own.
        return name == "Frame requires too much memory for decoding"
            ? .windowTooLarge : .unreadable("zstd decompression failed: \(name)")
    }

    /// Decompresses what fits the buffer; returns libzstd's result, 0 at a frame's end, and how many bytes came out.
    private func decompressPart() -> (result: Int, count: Int) {
        input.withUnsafeBytes { source in
            buffer.withUnsafeMutableBytes { target in
                var from = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: offset)
                var to = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                let result = ZSTD_decompressStream(context, &to, &from)
                offset = from.pos
                return (result, to.pos)
            }
        }
    }

    /// Whether another frame follows the one that was read.
    private func hasFrame() throws -> Bool {
        while input.count - offset < Self.magicByteCount {
            let part = try next()
            if part.isEmpty { break }
            (input, offset) = (input[offset...] + part, 0)
        }
        let start = Array(input[offset...].prefix(Self.magicByteCount))
        if start.isEmpty { return false }
        if StreamFormat(start) == .zstd { return true }
        let isCut = start.count < Self.magicByteCount && Self.couldBegin(start)
        guard !isCut else { throw ArchiveError.endsEarly }
        var byteCount = 0
        var isZeros = true
        var part = Array(input[offset...])
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
