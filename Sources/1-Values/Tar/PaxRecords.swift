/// Records of a pax extended header (POSIX.1-2017 pax, "pax Extended Header").
///
/// An empty value takes a record back. Of two records with one key the later counts.
struct PaxRecords {
    private(set) var path: [UInt8]?
    private(set) var linkPath: [UInt8]?
    private(set) var size: UInt64?
    private(set) var uid: Int64?
    private(set) var gid: Int64?
    private(set) var modified: (seconds: Int64, nanoseconds: UInt32)?
    private(set) var extendedAttributes: [(name: [UInt8], value: [UInt8])] = []
    private(set) var sparse = PaxSparseRecords()
    private var creationTime: [UInt8]?

    /// Whether a record says something that only this entry's own header may say.
    var namesContent: Bool { path != nil || linkPath != nil || size != nil || !sparse.isEmpty }

    init(_ body: ArraySlice<UInt8>, offset: UInt64) throws(TarError) {
        var start = body.startIndex
        while start < body.endIndex {
            var space = start
            var count = 0
            while space < body.endIndex, body[space] != UInt8(ascii: " ") {
                let digit = body[space] &- UInt8(ascii: "0")
                guard digit < 10, space - start < 12 else {
                    throw .badExtension(reason: "has a record without a length", offset: offset)
                }
                count = count * 10 + Int(digit)
                space += 1
            }
            guard count > 0, count <= body.endIndex - start else {
                throw .badExtension(reason: "has a record without a length", offset: offset)
            }
            let end = start + count
            guard space + 1 < end - 1, body[end - 1] == UInt8(ascii: "\n"),
                let equals = body[(space + 1)..<(end - 1)].firstIndex(of: UInt8(ascii: "=")),
                equals > space + 1
            else { throw .badExtension(reason: "has a malformed record", offset: offset) }
            try take(key: body[(space + 1)..<equals], value: body[(equals + 1)..<(end - 1)], offset)
            start = end
        }
        // Where bsdtar wrote it for other systems, no engine makes anything of it.
        if let creationTime, extendedAttributes.contains(where: { $0.name.starts(with: Self.windowsPrefix) })
        {
            extendedAttributes.append((Self.creationTimeKey, creationTime))
        }
        keepLastAttributes()
    }

    private static let attributePrefix = Array("SCHILY.xattr.".utf8)
    private static let windowsPrefix = Array("MSWINDOWS.".utf8)
    private static let creationTimeKey = Array("LIBARCHIVE.creationtime".utf8)

    /// The key of an extended attribute's record.
    ///
    /// Layers for Windows tell file attributes and security descriptors in records of their own (Microsoft's hcsshim,
    /// package `backuptar`): these count as attributes that are named by the whole key, which no attribute of another
    /// system is.
    static func key(ofAttribute name: [UInt8]) -> [UInt8] {
        name.starts(with: windowsPrefix) || name == creationTimeKey ? name : attributePrefix + name
    }

    private static let sparsePrefix = Array("GNU.sparse.".utf8)

    private mutating func take(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>, _ offset: UInt64)
        throws(TarError)
    {
        guard !key.contains(0) else {
            throw .badExtension(reason: "has a NUL byte in a record's name", offset: offset)
        }
        if key.starts(with: Self.attributePrefix) {
            extendedAttributes.append((Array(key.dropFirst(Self.attributePrefix.count)), Array(value)))
            return
        }
        if key.starts(with: Self.windowsPrefix) {
            extendedAttributes.append((Array(key), Array(value)))
            return
        }
        if key.elementsEqual(Self.creationTimeKey) {
            creationTime = Array(value)
            return
        }
        if key.starts(with: Self.sparsePrefix) {
            let name = String(decoding: key.dropFirst(Self.sparsePrefix.count), as: UTF8.self)
            return try sparse.take(name, value, offset)
        }
        switch key.count {
        case 4 where key.elementsEqual("path".utf8): path = try Self.text(value, "path", offset)
        case 8 where key.elementsEqual("linkpath".utf8): linkPath = try Self.text(value, "linkpath", offset)
        case 4 where key.elementsEqual("size".utf8): size = try Self.count(value, "size", offset)
        case 3 where key.elementsEqual("uid".utf8): uid = try Self.number(value, "uid", offset)
        case 3 where key.elementsEqual("gid".utf8): gid = try Self.number(value, "gid", offset)
        case 5 where key.elementsEqual("mtime".utf8):
            if value.isEmpty {
                modified = nil
            } else {
                guard let time = Self.time(value) else { throw .badNumber(field: "mtime", offset: offset) }
                modified = time
            }
        default: break
        }
    }

    /// An attribute that is named twice counts once, where it stood last.
    private mutating func keepLastAttributes() {
        guard extendedAttributes.count > 1 else { return }
        var seen: Set<[UInt8]> = []
        seen.reserveCapacity(extendedAttributes.count)
        let kept = extendedAttributes.reversed().filter { seen.insert($0.name).inserted }
        if kept.count < extendedAttributes.count { extendedAttributes = kept.reversed() }
    }

    /// A name; nil for an empty one.
    static func text(_ value: ArraySlice<UInt8>, _ name: String, _ offset: UInt64) throws(TarError)
        -> [UInt8]?
    {
        guard !value.contains(0) else {
            throw .badExtension(reason: "has a NUL byte in '\(name)'", offset: offset)
        }
        return value.isEmpty ? nil : Array(value)
    }

    /// A number that may be negative; nil for an empty value.
    private static func number(_ value: ArraySlice<UInt8>, _ name: String, _ offset: UInt64) throws(TarError)
        -> Int64?
    {
        if value.isEmpty { return nil }
        let isNegative = value.first == UInt8(ascii: "-")
        guard let magnitude = decimal(isNegative ? value.dropFirst() : value), magnitude <= UInt64(Int64.max)
        else { throw .badNumber(field: name, offset: offset) }
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    /// A number of things; nil for an empty value.
    static func count(_ value: ArraySlice<UInt8>, _ name: String, _ offset: UInt64) throws(TarError)
        -> UInt64?
    {
        guard let number = try number(value, name, offset) else { return nil }
        guard number >= 0 else { throw .badNumber(field: name, offset: offset) }
        return UInt64(number)
    }

    static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 19 else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + UInt64(digit)
        }
        return value
    }

    /// `[-]seconds[.fraction]`; digits beyond nanoseconds are cut.
    private static func time(_ value: ArraySlice<UInt8>) -> (seconds: Int64, nanoseconds: UInt32)? {
        let isNegative = value.first == UInt8(ascii: "-")
        let digits = isNegative ? value.dropFirst() : value
        let dot = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.endIndex
        guard let magnitude = decimal(digits[..<dot]), magnitude < 1 << 60 else { return nil }
        var nanoseconds: UInt32 = 0
        var weight: UInt32 = 100_000_000
        for byte in digits[dot...].dropFirst() {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            nanoseconds += UInt32(digit) * weight
            weight /= 10
        }
        let seconds = Int64(magnitude)
        if !isNegative { return (seconds, nanoseconds) }
        return nanoseconds == 0 ? (-seconds, 0) : (-seconds - 1, 1_000_000_000 - nanoseconds)
    }
}
