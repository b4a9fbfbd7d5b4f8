import CZlib

/// Decompresses gzip members one after the other, by zlib, which checks what each says of its content. libarchive does not.
final class GzipStream {
    private let stream: UnsafeMutablePointer<z_stream>
    private let next: () throws -> [UInt8]
    private var input: [UInt8] = []
    /// How much of the input was used.
    private var offset = 0
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    private static let magic: [UInt8] = [0x1f, 0x8b, 8]

    /// A stream.
    ///
    /// - Parameter next: Gives the next bytes of the input; empty at its end.
    /// - Throws: `ArchiveError` if zlib has no memory.
    init(next: @escaping () throws -> [UInt8]) throws(ArchiveError) {
        self.next = next
        // zlib keeps a pointer to it.
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16 asks zlib for the gzip format with its checks.
        guard CZlib_inflateInit2(stream, MAX_WBITS + 16) == Z_OK else { throw .outOfMemory }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Reads all members. What follows the last one and is none is left alone, as most readers do.
    ///
    /// - Parameter body: Takes decompressed bytes, in order.
    /// - Throws: `ArchiveError` for damaged input, and whatever the closures throw.
    func read(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        repeat {
            try readMember(body)
            inflateReset(stream)
        } while try hasMember()
    }

    private func readMember(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        while true {
            if offset == input.count {
                (input, offset) = (try next(), 0)
                guard !input.isEmpty else { throw ArchiveError.endsEarly }
            }
            let (result, count) = inflatePart()
            if count > 0 { try body(buffer[..<count]) }
            switch result {
            case Z_STREAM_END: return
            // There is no room for more, or more is needed.
            case Z_OK, Z_BUF_ERROR: continue
            case Z_MEM_ERROR: throw ArchiveError.outOfMemory
            default:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "an error"
                throw ArchiveError.unreadable("\(reason) in its gzip data")
            }
        }
    }

    /// Decompresses what fits the buffer; returns zlib's result, and how many bytes came out.
    private func inflatePart() -> (Int32, Int) {
        input.withUnsafeBufferPointer { source in
            buffer.withUnsafeMutableBufferPointer { target in
                let rest = source[offset...]
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: UnsafeBufferPointer(rebasing: rest).baseAddress)
                stream.pointee.avail_in = UInt32(clamping: rest.count)
                let available = Int(stream.pointee.avail_in)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(target.count)
                let result = inflate(stream, Z_NO_FLUSH)
                offset += available - Int(stream.pointee.avail_in)
                return (result, target.count - Int(stream.pointee.avail_out))
            }
        }
    }

    /// Whether another member follows the one that was read.
    private func hasMember() throws -> Bool {
        while input.count - offset < Self.magic.count {
            let part = try next()
            if part.isEmpty { break }
            (input, offset) = (input[offset...] + part, 0)
        }
        let start = input[offset...].prefix(Self.magic.count)
        guard start.isEmpty || start.count == Self.magic.count || !Self.magic.starts(with: start) else {
            throw ArchiveError.endsEarly
        }
        return start.elementsEqual(Self.magic)
    }
}
