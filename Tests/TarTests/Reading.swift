import CArchive
import Tar

/// What a reader understood of one entry, in the fields that two readers must agree on.
struct Meaning: Equatable, CustomStringConvertible {
    var name: [UInt8]
    var type: String
    var size: UInt64
    var mode: UInt16
    var uid: Int64
    var gid: Int64
    var modified: Int64
    var nanoseconds: UInt32
    var linkName: [UInt8]
    var attributes: [[UInt8]: [UInt8]] = [:]
    var deviceMajor: UInt64 = 0
    var deviceMinor: UInt64 = 0
    var isSparse = false

    var description: String {
        "\(String(decoding: name, as: UTF8.self)) \(type) \(size) \(String(mode, radix: 8)) \(uid):\(gid) "
            + "\(modified).\(nanoseconds) ->\(String(decoding: linkName, as: UTF8.self)) \(attributes.count) "
            + "\(deviceMajor),\(deviceMinor) \(isSparse)"
    }
}

/// Keeps everything a walker gives out.
struct Collector: TarVisitor {
    var members: [TarMember] = []
    var contents: [[UInt8]] = []
    /// All bytes in the order in which they came.
    var all: [UInt8] = []
    var trailerByteCount = 0

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        members.append(member)
        contents.append([])
        all += structure
    }

    mutating func content(_ bytes: ArraySlice<UInt8>) throws {
        contents[contents.count - 1] += bytes
        all += bytes
    }

    mutating func end(padding: [UInt8]) throws { all += padding }

    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {
        trailerByteCount += bytes.count
        all += bytes
    }

    /// Walks an archive that arrives in parts of one size.
    static func walk(_ tar: [UInt8], partByteCount: Int = .max) throws -> Collector {
        var collector = Collector()
        var walker = TarWalker()
        var rest = tar[...]
        while !rest.isEmpty {
            let part = rest.prefix(partByteCount)
            try walker.consume(part, visitor: &collector)
            rest = rest[part.endIndex...]
        }
        try walker.finish(visitor: &collector)
        return collector
    }

    var meanings: [Meaning] {
        members.map { member in
            Meaning(
                name: Self.trimmed(member.name), type: "\(member.type)",
                size: member.size, mode: member.mode, uid: member.uid, gid: member.gid,
                modified: member.modified,
                nanoseconds: member.modifiedNanoseconds, linkName: member.linkName,
                attributes: Dictionary(member.extendedAttributes.map { ($0.name, $0.value) }) { $1 },
                deviceMajor: member.device.major, deviceMinor: member.device.minor, isSparse: member.isSparse)
        }
    }

    /// A directory's name ends in a slash for some readers.
    static func trimmed(_ name: [UInt8]) -> [UInt8] {
        var name = name
        while name.count > 1, name.last == UInt8(ascii: "/") { name.removeLast() }
        return name
    }
}

/// What libarchive understands.
enum LibArchive {
    struct Failure: Error {
        let reason: String
    }

    /// Reads a tar; throws what libarchive calls an error.
    static func read(_ tar: [UInt8]) throws -> (meanings: [Meaning], contents: [[UInt8]]) {
        guard let archive = archive_read_new() else { throw Failure(reason: "out of memory") }
        defer { archive_read_free(archive) }
        archive_read_support_format_tar(archive)
        archive_read_support_format_empty(archive)
        return try tar.withUnsafeBytes { bytes in
            guard archive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK else {
                throw failure(archive)
            }
            var meanings: [Meaning] = []
            var contents: [[UInt8]] = []
            while true {
                var item: OpaquePointer?
                switch archive_read_next_header(archive, &item) {
                case ARCHIVE_OK, ARCHIVE_WARN: break
                case ARCHIVE_EOF: return (meanings, contents)
                default: throw failure(archive)
                }
                guard let item else { throw Failure(reason: "no entry") }
                meanings.append(meaning(item))
                contents.append(try content(archive))
            }
        }
    }

    private static func failure(_ archive: OpaquePointer) -> Failure {
        Failure(reason: archive_error_string(archive).map { String(cString: $0) } ?? "unknown")
    }

    private static func content(_ archive: OpaquePointer) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw failure(archive) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    private static func meaning(_ item: OpaquePointer) -> Meaning {
        func text(_ pointer: UnsafePointer<CChar>?) -> [UInt8] {
            pointer.map { String(cString: $0) }.map { _ in raw(pointer) } ?? []
        }
        let hardLink = text(archive_entry_hardlink(item))
        let mode = archive_entry_filetype(item)
        let type: String
        switch mode & 0o170000 {
        case _ where archive_entry_hardlink(item) != nil: type = "hardLink"
        case 0o120000: type = "symlink"
        case 0o020000: type = "characterDevice"
        case 0o060000: type = "blockDevice"
        case 0o040000: type = "directory"
        case 0o010000: type = "fifo"
        default: type = "file"
        }
        let isDevice = type.hasSuffix("Device")
        return Meaning(
            name: Collector.trimmed(text(archive_entry_pathname(item))), type: type,
            size: type == "file" ? UInt64(max(archive_entry_size(item), 0)) : 0,
            mode: UInt16(archive_entry_perm(item) & 0o7777),
            uid: archive_entry_uid(item),
            gid: archive_entry_gid(item),
            modified: Int64(archive_entry_mtime(item)), nanoseconds: UInt32(archive_entry_mtime_nsec(item)),
            linkName: type == "hardLink" ? hardLink : text(archive_entry_symlink(item)),
            attributes: attributes(item),
            deviceMajor: isDevice ? UInt64(archive_entry_rdevmajor(item)) : 0,
            deviceMinor: isDevice ? UInt64(archive_entry_rdevminor(item)) : 0,
            isSparse: archive_entry_sparse_count(item) > 0)
    }

    private static func raw(_ pointer: UnsafePointer<CChar>?) -> [UInt8] {
        guard var next = pointer else { return [] }
        var bytes: [UInt8] = []
        while next.pointee != 0 {
            bytes.append(UInt8(bitPattern: next.pointee))
            next += 1
        }
        return bytes
    }

    private static func attributes(_ item: OpaquePointer) -> [[UInt8]: [UInt8]] {
        var found: [[UInt8]: [UInt8]] = [:]
        archive_entry_xattr_reset(item)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while archive_entry_xattr_next(item, &name, &value, &count) == ARCHIVE_OK {
            found[raw(name)] = Array(UnsafeRawBufferPointer(start: value, count: count))
        }
        return found
    }
}
