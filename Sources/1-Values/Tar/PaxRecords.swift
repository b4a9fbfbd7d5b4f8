/// Records of a pax extended header (POSIX.1-2017 pax, "pax Extended Header").
struct PaxRecords {
    private(set) var path: [UInt8]?
    private(set) var linkPath: [UInt8]?
    private(set) var size: UInt64?
    private(set) var uid: UInt64?
    private(set) var gid: UInt64?
    private(set) var modified: (seconds: Int64, nanoseconds: UInt32)?
    private(set) var extendedAttributes: [(name: [UInt8], value: [UInt8])] = []
    private(set) var sparseRealSize: UInt64?
    private(set) var sparseName: [UInt8]?
    private(set) var isSparse = false
    /// The records that say where holes are, as they stand.
    private(set) var sparseMap: [UInt8] = []

    /// Whether a record says something that only this entry's own header may say.
    var namesContent: Bool { path != nil || linkPath != nil || size != nil || isSparse }

    init(_ body: ArraySlice<UInt8>, offset: UInt64) throws(TarError) {
        var rest = body
        while !rest.isEmpty {
            guard let space = rest.prefix(12).firstIndex(of: UInt8(ascii: " ")),
                let count = Self.decimal(rest[..<space]), count <= UInt64(rest.count), count > 0
            else { throw .badExtension(reason: "has a record without a length", offset: offset) }
            let record = rest.prefix(Int(count))
            guard record.last == UInt8(ascii: "\n"), record.endIndex - 1 > space,
                let equals = record[(space + 1)...].firstIndex(of: UInt8(ascii: "="))
            else { throw .badExtension(reason: "has a malformed record", offset: offset) }
            try take(
                key: record[(space + 1)..<equals], value: record[(equals + 1)..<(record.endIndex - 1)], offset
            )
            rest = rest[record.endIndex...]
        }
    }

    private mutating func take(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>, _ offset: UInt64)
        throws(TarError)
    {
        let bytes = Array(value)
        let name = String(decoding: key, as: UTF8.self)
        if key.starts(with: "GNU.sparse.".utf8), name != "GNU.sparse.name" {
            sparseMap += Array(key) + [UInt8(ascii: "=")] + bytes + [UInt8(ascii: "\n")]
        }
        switch name {
        case "path": path = try text(bytes, name, offset)
        case "linkpath": linkPath = try text(bytes, name, offset)
        case "size": size = try number(bytes, name, offset)
        case "uid": uid = try number(bytes, name, offset)
        case "gid": gid = try number(bytes, name, offset)
        case "mtime":
            guard let time = Self.time(bytes) else { throw .badNumber(field: name, offset: offset) }
            modified = time
        case "GNU.sparse.realsize", "GNU.sparse.size":
            sparseRealSize = try number(bytes, name, offset)
            isSparse = true
        case "GNU.sparse.name": sparseName = try text(bytes, name, offset)
        case "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.map", "GNU.sparse.numblocks": isSparse = true
        default:
            let prefix = "SCHILY.xattr.".utf8
            if key.starts(with: prefix) {
                let attribute = Array(key.dropFirst(prefix.count))
                extendedAttributes.removeAll { $0.name == attribute }
                extendedAttributes.append((attribute, bytes))
            }
        }
    }

    private func text(_ value: [UInt8], _ name: String, _ offset: UInt64) throws(TarError) -> [UInt8]? {
        guard !value.contains(0) else {
            throw .badExtension(reason: "has a NUL byte in '\(name)'", offset: offset)
        }
        // An empty value takes back the record (POSIX).
        return value.isEmpty ? nil : value
    }

    private func number(_ value: [UInt8], _ name: String, _ offset: UInt64) throws(TarError) -> UInt64? {
        if value.isEmpty { return nil }
        guard let number = Self.decimal(value[...]), number <= UInt64(Int64.max) else {
            throw .badNumber(field: name, offset: offset)
        }
        return number
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 19 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// `[-]seconds[.fraction]`; digits beyond nanoseconds are cut.
    private static func time(_ value: [UInt8]) -> (seconds: Int64, nanoseconds: UInt32)? {
        let isNegative = value.first == UInt8(ascii: "-")
        let parts = value.dropFirst(isNegative ? 1 : 0).split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let magnitude = decimal(whole), magnitude < 1 << 60 else { return nil }
        var nanoseconds: UInt64 = 0
        if parts.count == 2, !parts[1].isEmpty {
            let digits =
                Array(parts[1].prefix(9))
                + [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 9 - parts[1].count))
            guard let fraction = decimal(digits[...]) else { return nil }
            nanoseconds = fraction
        }
        let seconds = Int64(magnitude)
        if !isNegative { return (seconds, UInt32(nanoseconds)) }
        return nanoseconds == 0 ? (-seconds, 0) : (-seconds - 1, UInt32(1_000_000_000 - nanoseconds))
    }
}
