import CArchive

/// Why libarchive could not read its input.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// libarchive's own words.
    case unreadable(String)
    /// libarchive has no memory left.
    case outOfMemory

    public var description: String {
        switch self {
        case .unreadable(let reason): reason
        case .outOfMemory: "out of memory"
        }
    }

    init(_ archive: OpaquePointer) {
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
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

/// Decompresses a stream whose format, if any, is found by its content: gzip, zstd, xz, bzip2 or plain.
public enum FilteredReader {
    /// Reads a whole stream.
    ///
    /// - Parameters:
    ///   - next: Gives the next bytes of the input; empty at its end.
    ///   - body: Takes decompressed bytes, in order.
    /// - Throws: `ArchiveError` for damaged input, and whatever the closures throw.
    public static func read(next: @escaping () throws -> [UInt8], body: (ArraySlice<UInt8>) throws -> Void)
        throws
    {
        let handle = try ArchiveHandle()
        let feed = Feed(next)
        // By name, since "all" includes filters that run programs found in PATH.
        let filters = [ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2]
        guard filters.allSatisfy({ archive_read_support_filter_by_code(handle.raw, $0) == ARCHIVE_OK }),
            archive_read_support_format_raw(handle.raw) == ARCHIVE_OK,
            archive_read_support_format_empty(handle.raw) == ARCHIVE_OK
        else { throw ArchiveError(handle.raw) }
        let opened = archive_read_open(
            handle.raw, Unmanaged.passUnretained(feed).toOpaque(), nil,
            { _, context, block in
                guard let context else { return -1 }
                return Unmanaged<Feed>.fromOpaque(context).takeUnretainedValue().read(block)
            }, nil)
        try withExtendedLifetime(feed) {
            guard opened == ARCHIVE_OK else { throw feed.error ?? ArchiveError(handle.raw) }
            var entry: OpaquePointer?
            switch archive_read_next_header(handle.raw, &entry) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_EOF: return
            default: throw feed.error ?? ArchiveError(handle.raw)
            }
            // The filter itself and the reading of bytes that libarchive counts as one.
            guard archive_filter_count(handle.raw) <= 2 else {
                throw ArchiveError.unreadable("it is compressed more than once")
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = buffer.withUnsafeMutableBytes {
                    archive_read_data(handle.raw, $0.baseAddress, $0.count)
                }
                guard count >= 0 else { throw feed.error ?? ArchiveError(handle.raw) }
                if count == 0 { return }
                try body(buffer[..<count])
            }
        }
    }
}
