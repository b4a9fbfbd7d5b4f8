import CArchive

/// Why libarchive could not read its input.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// libarchive's own words.
    case unreadable(String)
    /// The compressed data stops before its end.
    case endsEarly
    /// zstd data looks farther back than is unpacked.
    case windowTooLarge
    /// Something is behind the last zstd frame that is no frame.
    case behindZstd(byteCount: Int, isZeros: Bool)
    /// A library has no memory left.
    case outOfMemory

    public var description: String {
        switch self {
        case .unreadable(let reason): reason
        case .endsEarly: "its compressed data ends early: it was cut off, or copied in part"
        case .windowTooLarge:
            "its zstd data needs a window of more than 128 MiB (zstd --long=28 and more make such); "
                + "unpack it (zstd -d --long=31) and compress it without --long, or with --long=27"
        case .behindZstd(let byteCount, let isZeros):
            "\(byteCount == 1 ? "1 byte" : "\(byteCount) bytes")\(isZeros ? " of zeros" : "") behind its last zstd frame, "
                + "which container engines refuse (bsdtar --zstd pads what it writes to a pipe); "
                + "cut \(byteCount == 1 ? "it" : "them") off with truncate -s -\(byteCount), or compress it again"
        case .outOfMemory: "out of memory"
        }
    }

    init(_ archive: OpaquePointer) {
        // Of xz data it says that no progress is possible.
        guard let text = archive_error_string(archive).map({ String(cString: $0) }),
            !text.lowercased().hasPrefix("truncated "), !text.contains("No progress is possible")
        else {
            self = .endsEarly
            return
        }
        self = .unreadable(text.prefix(1).lowercased() + text.dropFirst())
    }
}

/// Frees a libarchive reader on every way out.
struct ArchiveHandle: ~Copyable {
    let raw: OpaquePointer

    init() throws(ArchiveError) {
        guard let raw = archive_read_new() else { throw .outOfMemory }
        self.raw = raw
    }

    deinit { archive_read_free(raw) }
}

/// Feeds libarchive from a closure; libarchive keeps a pointer to it.
final class Feed {
    private let next: () throws -> [UInt8]
    private var current: UnsafeMutableBufferPointer<UInt8>?
    private(set) var error: (any Error)?

    init(_ next: @escaping () throws -> [UInt8]) { self.next = next }

    deinit { current?.deallocate() }

    /// The next block; its memory stays valid until the call after it, as libarchive wants.
    func read(_ block: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
        do {
            let bytes = try next()
            current?.deallocate()
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
            _ = buffer.initialize(from: bytes)
            current = buffer
            block?.pointee = UnsafeRawPointer(buffer.baseAddress)
            return bytes.count
        } catch {
            self.error = error
            return -1
        }
    }
}

/// A compression format, told by its first bytes.
public enum StreamFormat: String, Hashable, Sendable, CaseIterable {
    case gzip, zstd, xz, bzip2

    /// How many bytes tell the format.
    public static let magicByteCount = 10

    /// The format that the first bytes of a stream name; nil if they name none, and the stream is taken as it is.
    ///
    /// - Parameter start: At least `magicByteCount` bytes, or the whole stream.
    public init?(_ start: some Collection<UInt8>) {
        let start = Array(start.prefix(Self.magicByteCount))
        if start.starts(with: [0x1f, 0x8b, 8]) {
            self = .gzip
        } else if start.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) {
            self = .xz
        } else if start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) || Self.isSkippableFrame(start) {
            self = .zstd
        } else if start.count == Self.magicByteCount, start.starts(with: "BZh".utf8),
            (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(start[3]),
            // Three letters and a digit may well start a file's name; what follows them does not.
            Self.bzip2Blocks.contains(Array(start[4...]))
        {
            self = .bzip2
        } else {
            return nil
        }
    }

    /// A frame that decompressors pass over (RFC 8878, section 3.1.2); writers put metadata there.
    private static func isSkippableFrame(_ start: [UInt8]) -> Bool {
        start.count >= 4 && start[0] & 0xf0 == 0x50 && start[1...3].elementsEqual([0x2a, 0x4d, 0x18])
    }

    /// What starts the first block, and the end of an empty stream.
    private static let bzip2Blocks: [[UInt8]] = [
        [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
    ]

    /// What a compressed stream is called that cannot be read here; nil if it is of a known format, or of none.
    ///
    /// No container engine unpacks these, but they can be found where layers or archives were compressed by hand.
    ///
    /// - Parameter start: At least `magicByteCount` bytes, or the whole stream.
    /// - Returns: The tool that made it. Three bytes of lzma's are no magic: only what is no tar may be asked about.
    public static func unreadable(_ start: some Collection<UInt8>) -> String? {
        let start = Array(start.prefix(Self.magicByteCount))
        return unreadable.first { start.starts(with: $0.magic) }?.name
    }

    private static let unreadable: [(magic: [UInt8], name: String)] = [
        ([0x04, 0x22, 0x4d, 0x18], "lz4"), ([0x02, 0x21, 0x4c, 0x18], "lz4"),
        ([0x1f, 0x9d], "compress"), ([0x5d, 0, 0], "lzma"), (Array("LZIP".utf8), "lzip"),
        (Array("LRZI".utf8), "lrzip"), ([0x89] + Array("LZO".utf8), "lzop"),
        ([0xff, 6, 0, 0] + Array("sNaPpY".utf8), "snappy"), ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "7z"),
        (Array("PK\u{3}\u{4}".utf8), "zip"),
    ]

    /// Whether a stream of which nothing came out is one of nothing, and not one that was cut off.
    ///
    /// - Parameters:
    ///   - start: The stream's first bytes, as many as tell the format.
    ///   - byteCount: How many it has.
    /// - Returns: Whether it ends as a stream of nothing does.
    fileprivate func isEmpty(_ start: [UInt8], byteCount: Int) -> Bool {
        switch self {
        case .bzip2: byteCount >= 14 && start[4..<10].elementsEqual(Self.bzip2Blocks[1])
        // Of these their decompressors tell.
        case .gzip, .xz, .zstd: true
        }
    }

    /// libarchive's filter; nil for what is read without it.
    fileprivate var filter: Int32? {
        switch self {
        case .gzip, .zstd: nil
        case .xz: ARCHIVE_FILTER_XZ
        case .bzip2: ARCHIVE_FILTER_BZIP2
        }
    }
}

/// Decompresses a stream whose format, if any, is found by its content: gzip, zstd, xz, bzip2 or plain.
public enum FilteredReader {
    /// Reads a whole stream.
    ///
    /// Nothing but the first bytes decides about the format, and it is decided once: what comes out of a filter is never
    /// taken for compressed again. libarchive's own guessing reads ahead without bound.
    ///
    /// - Parameters:
    ///   - next: Gives the next bytes of the input; empty at its end.
    ///   - body: Takes decompressed bytes, in order.
    /// - Throws: `ArchiveError` for damaged input, and whatever the closures throw.
    public static func read(next: @escaping () throws -> [UInt8], body: (ArraySlice<UInt8>) throws -> Void)
        throws
    {
        var start: [UInt8] = []
        while start.count < StreamFormat.magicByteCount {
            let part = try next()
            if part.isEmpty { break }
            start += part
        }
        guard let format = StreamFormat(start) else {
            var part = start
            while !part.isEmpty {
                try body(part[...])
                part = try next()
            }
            return
        }
        // Only zstd has streams that short, and libarchive takes the others for empty ones.
        guard start.count >= StreamFormat.magicByteCount || format == .zstd else {
            throw ArchiveError.endsEarly
        }
        var first: [UInt8]? = start
        var byteCount = 0
        let input = {
            defer { first = nil }
            let part = try first ?? next()
            byteCount += part.count
            return part
        }
        guard let filter = format.filter else {
            return format == .gzip
                ? try GzipStream(next: input).read(body) : try ZstdStream(next: input).read(body)
        }
        let hasContent = try decompress(filter, next: input, body)
        // What is cut off before anything came out libarchive takes for empty.
        guard hasContent || format.isEmpty(start, byteCount: byteCount) else { throw ArchiveError.endsEarly }
    }

    /// Decompresses a stream by libarchive; returns whether anything was in it.
    private static func decompress(
        _ filter: Int32, next: @escaping () throws -> [UInt8],
        _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws -> Bool {
        let handle = try ArchiveHandle()
        let feed = Feed(next)
        // Appending a filter, rather than supporting it, is what keeps libarchive from guessing.
        guard archive_read_append_filter(handle.raw, filter) == ARCHIVE_OK,
            archive_read_support_format_raw(handle.raw) == ARCHIVE_OK,
            archive_read_support_format_empty(handle.raw) == ARCHIVE_OK
        else { throw ArchiveError(handle.raw) }
        let opened = archive_read_open(
            handle.raw, Unmanaged.passUnretained(feed).toOpaque(), nil,
            { _, context, block in
                guard let context else { return -1 }
                return Unmanaged<Feed>.fromOpaque(context).takeUnretainedValue().read(block)
            }, nil)
        return try withExtendedLifetime(feed) {
            // What is cut off before anything comes out opens as an empty stream; only the filter's complaint tells.
            guard opened == ARCHIVE_OK, feed.error == nil, archive_errno(handle.raw) == 0 else {
                throw feed.error ?? ArchiveError(handle.raw)
            }
            var entry: OpaquePointer?
            switch archive_read_next_header(handle.raw, &entry) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_EOF: return false
            default: throw feed.error ?? ArchiveError(handle.raw)
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = buffer.withUnsafeMutableBytes {
                    archive_read_data(handle.raw, $0.baseAddress, $0.count)
                }
                guard count >= 0 else { throw feed.error ?? ArchiveError(handle.raw) }
                if count == 0 { return true }
                try body(buffer[..<count])
            }
        }
    }
}
