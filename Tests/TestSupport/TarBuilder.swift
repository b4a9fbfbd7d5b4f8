/// One entry of a tar as it is to be written; nothing keeps it from being nonsense.
public struct TarEntry: Sendable {
    /// How names and numbers are stored that do not fit the header.
    public enum Style: Sendable { case pax, gnu }

    /// The name, any bytes.
    public var path: [UInt8]
    /// The type flag.
    public var flag: UInt8
    public var mode: UInt64 = 0o644
    public var uid: UInt64 = 0
    public var gid: UInt64 = 0
    public var modified: Int64 = 1_760_000_000
    public var content: [UInt8] = []
    public var linkName: [UInt8] = []
    public var deviceMajor: UInt64 = 0
    public var deviceMinor: UInt64 = 0
    /// How to store what does not fit.
    public var style = Style.pax
    /// Records to put into a pax header, in order; a header is written if there is one.
    public var records: [(key: String, value: [UInt8])] = []
    /// Bytes to put over the finished header before its checksum is computed.
    public var overrides: [(offset: Int, bytes: [UInt8])] = []
    /// Blocks to put before everything else: extension headers that are not made here.
    public var before: [UInt8] = []
    /// What is added to the right checksum.
    public var checksumError = 0
    /// What to fill the last content block with.
    public var padding: UInt8 = 0

    /// An entry of that name and type flag.
    public init(_ path: String, flag: Character) { self.init(Array(path.utf8), flag: flag) }

    /// An entry of that name and type flag.
    public init(_ path: [UInt8], flag: Character) {
        self.path = path
        self.flag = flag.asciiValue ?? 0
    }

    /// A file.
    public static func file(_ path: String, _ content: [UInt8]) -> TarEntry {
        TarEntry(path, flag: "0").with { $0.content = content }
    }

    /// A file of text.
    public static func file(_ path: String, _ content: String = "") -> TarEntry {
        file(path, Array(content.utf8))
    }

    /// A directory.
    public static func directory(_ path: String) -> TarEntry {
        TarEntry(path.hasSuffix("/") ? path : path + "/", flag: "5").with { $0.mode = 0o755 }
    }

    /// A symbolic link.
    public static func symlink(_ path: String, to target: String) -> TarEntry {
        TarEntry(path, flag: "2").with {
            $0.linkName = Array(target.utf8)
            $0.mode = 0o777
        }
    }

    /// A hard link.
    public static func hardLink(_ path: String, to target: String) -> TarEntry {
        TarEntry(path, flag: "1").with { $0.linkName = Array(target.utf8) }
    }

    /// The same entry, changed.
    public func with(_ change: (inout TarEntry) -> Void) -> TarEntry {
        var copy = self
        change(&copy)
        return copy
    }

    /// The same entry with an extended attribute.
    public func attribute(_ name: String, _ value: [UInt8]) -> TarEntry {
        with { $0.records.append(("SCHILY.xattr." + name, value)) }
    }

    // MARK: - Bytes

    /// Its blocks, content and padding.
    public var bytes: [UInt8] {
        var bytes = before
        var records = records
        if path.count > 100 {
            switch style {
            case .pax: records.append(("path", path))
            case .gnu: bytes += Self.longName("L", path)
            }
        }
        if linkName.count > 100 {
            switch style {
            case .pax: records.append(("linkpath", linkName))
            case .gnu: bytes += Self.longName("K", linkName)
            }
        }
        if style == .pax {
            if uid >= 1 << 21 { records.append(("uid", Array("\(uid)".utf8))) }
            if gid >= 1 << 21 { records.append(("gid", Array("\(gid)".utf8))) }
            if modified < 0 || modified >= 1 << 33 { records.append(("mtime", Array("\(modified)".utf8))) }
        }
        if !records.isEmpty { bytes += Self.paxHeader(records) }
        bytes += header()
        bytes += content
        bytes += [UInt8](repeating: padding, count: (512 - content.count % 512) % 512)
        return bytes
    }

    private func header() -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() where offset + index < 512 {
                block[offset + index] = byte
            }
        }
        put(path.prefix(100), at: 0)
        put(number(mode, width: 8), at: 100)
        put(number(uid, width: 8), at: 108)
        put(number(gid, width: 8), at: 116)
        put(number(UInt64(content.count), width: 12), at: 124)
        put(signed(modified), at: 136)
        put([flag], at: 156)
        put(linkName.prefix(100), at: 157)
        put((style == .gnu ? "ustar  \0" : "ustar\u{0}00").utf8, at: 257)
        if flag == UInt8(ascii: "3") || flag == UInt8(ascii: "4") {
            put(number(deviceMajor, width: 8), at: 329)
            put(number(deviceMinor, width: 8), at: 337)
        }
        for override in overrides { put(override.bytes, at: override.offset) }
        Self.seal(&block, error: checksumError)
        return block
    }

    /// Writes a header's checksum.
    public static func seal(_ block: inout [UInt8], error: Int = 0) {
        for index in 148..<156 { block[index] = UInt8(ascii: " ") }
        let sum = block.prefix(512).reduce(0) { $0 + Int($1) } + error
        block.replaceSubrange(148..<156, with: Array((octal(UInt64(sum), digits: 6) + "\0 ").utf8))
    }

    private func number(_ value: UInt64, width: Int) -> [UInt8] {
        if value < 1 << UInt64((width - 1) * 3) {
            return Array((Self.octal(value, digits: width - 1) + "\0").utf8)
        }
        return style == .gnu
            ? Self.base256(Int64(clamping: value), width: width) : [UInt8](repeating: 48, count: width - 1)
    }

    private func signed(_ value: Int64) -> [UInt8] {
        value >= 0
            ? number(UInt64(value), width: 12)
            : style == .gnu ? Self.base256(value, width: 12) : number(0, width: 12)
    }

    /// A number as octal digits.
    public static func octal(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// A number as GNU tar stores what octal digits cannot hold.
    public static func base256(_ value: Int64, width: Int) -> [UInt8] {
        var bytes = (0..<width).reversed().map { index in
            UInt8(truncatingIfNeeded: index < 8 ? value >> Int64(index * 8) : value >> 63)
        }
        bytes[0] = value < 0 ? 0xff : bytes[0] | 0x80
        return bytes
    }

    /// A GNU long name or link (`L`, `K`) with its header.
    public static func longName(_ flag: Character, _ name: [UInt8]) -> [UInt8] {
        TarEntry("././@LongLink", flag: flag).with {
            $0.style = .gnu
            $0.content = name + [0]
        }.bytes
    }

    /// A pax header (`x`, or `g` for all entries) with its records.
    public static func paxHeader(_ records: [(key: String, value: [UInt8])], flag: Character = "x") -> [UInt8]
    {
        TarEntry("PaxHeaders.0/entry", flag: flag).with {
            $0.content = records.flatMap { record($0.key, $0.value) }
        }.bytes
    }

    /// A pax record, which states its own length.
    public static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
        var count = rest.count + 1
        while "\(count)".utf8.count + rest.count != count { count = "\(count)".utf8.count + rest.count }
        return Array("\(count)".utf8) + rest
    }
}

extension Array where Element == TarEntry {
    /// The entries as an archive with its end marker.
    public var tar: [UInt8] { flatMap(\.bytes) + [UInt8](repeating: 0, count: 1024) }
}
