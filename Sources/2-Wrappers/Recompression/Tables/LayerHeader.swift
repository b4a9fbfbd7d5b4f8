/// What lies between the contents of a layer's tar, as Go's archive/tar takes it: headers that say more about the next one,
/// and that one. What is wrong in it is read as if it said nothing: what the tables really say is stored then.
struct LayerHeader {
    /// A moment: seconds since 1970, and billionths of one.
    struct Moment: Equatable {
        var seconds = 0
        var billionths = 0

        /// What Go's moments are if nobody sets them: the start of the year 1.
        static let never = Moment(seconds: -62_135_596_800)
    }

    var type = "reg"
    var name: [UInt8] = []
    var link: [UInt8] = []
    var mode = 0
    var uid = 0
    var gid = 0
    var user: [UInt8] = []
    var group: [UInt8] = []
    var size = 0
    var modified = Moment()
    var accessed: Moment?
    var changed: Moment?
    var devices = (0, 0)
    var attributes: [(name: [UInt8], value: [UInt8])] = []

    /// How many bytes of content follow: links and folders have none, whatever they say.
    var contentByteCount: Int { type == "reg" ? max(size, 0) : 0 }

    static let blockByteCount = 512
    private static let types: [UInt8: String] = [
        0x31: "hardlink", 0x32: "symlink", 0x33: "char", 0x34: "block", 0x35: "dir", 0x36: "fifo",
    ]

    /// How many bytes a block says of the next header; nil if it does not.
    static func extensionByteCount(_ block: ArraySlice<UInt8>) -> Int? {
        let type = block[block.startIndex + 156]
        guard type == 0x4b || type == 0x4c || type == 0x78 else { return nil }
        return max(number(block, 124..<136), 0)
    }

    /// The bytes of whole blocks that hold so many.
    static func padded(_ byteCount: Int) -> Int { (byteCount + blockByteCount - 1) & ~(blockByteCount - 1) }

    /// Reads whole blocks.
    init(_ raw: ArraySlice<UInt8>) {
        var rest = raw
        var longName: [UInt8] = []
        var longLink: [UInt8] = []
        var records: [ArraySlice<UInt8>: ArraySlice<UInt8>] = [:]
        while rest.count >= 2 * Self.blockByteCount, let count = Self.extensionByteCount(rest),
            count <= rest.count
        {
            let body = rest.dropFirst(Self.blockByteCount).prefix(count)
            switch rest[rest.startIndex + 156] {
            case 0x4b: longLink = Self.text(body)
            case 0x4c: longName = Self.text(body)
            default: records = Self.records(body)
            }
            rest = rest.dropFirst(Self.blockByteCount + Self.padded(count))
        }
        guard rest.count >= Self.blockByteCount else { return }
        take(rest)
        for (key, value) in records where !value.isEmpty { take(key, value) }
        attributes.sort { $0.name.lexicographicallyPrecedes($1.name) }
        if !longName.isEmpty { name = longName }
        if !longLink.isEmpty { link = longLink }
        let type = rest[rest.startIndex + 156]
        self.type = type == 0 && name.last == 0x2f ? "dir" : Self.types[type] ?? "reg"
    }

    private mutating func take(_ block: ArraySlice<UInt8>) {
        func field(_ range: Range<Int>) -> ArraySlice<UInt8> {
            block[block.startIndex + range.lowerBound..<block.startIndex + range.upperBound]
        }
        func number(_ range: Range<Int>) -> Int { Self.number(block, range) }
        name = Self.text(field(0..<100))
        link = Self.text(field(157..<257))
        mode = number(100..<108)
        uid = number(108..<116)
        gid = number(116..<124)
        size = number(124..<136)
        modified = Moment(seconds: number(136..<148))
        var prefix: [UInt8] = []
        if field(257..<265).elementsEqual("ustar\u{0}00".utf8) {
            let isStar = field(508..<512).elementsEqual("tar\u{0}".utf8)
            prefix = Self.text(field(345..<(isStar ? 476 : 500)))
            if isStar {
                accessed = Moment(seconds: number(476..<488))
                changed = Moment(seconds: number(488..<500))
            }
        } else if field(257..<265).elementsEqual("ustar  \u{0}".utf8) {
            if field(345..<346) != [0] { accessed = Moment(seconds: number(345..<357)) }
            if field(357..<358) != [0] { changed = Moment(seconds: number(357..<369)) }
        }
        if field(257..<262).elementsEqual("ustar".utf8) {
            user = Self.text(field(265..<297))
            group = Self.text(field(297..<329))
            devices = (number(329..<337), number(337..<345))
        }
        if !prefix.isEmpty { name = prefix + [0x2f] + name }
    }

    private static let attributePrefix = Array("SCHILY.xattr.".utf8)

    private mutating func take(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        switch String(decoding: key, as: UTF8.self) {
        case "path": name = Array(value)
        case "linkpath": link = Array(value)
        case "uid": uid = Self.decimal(value)
        case "gid": gid = Self.decimal(value)
        // Names that are remembered have no zeros, which would not count in what is kept.
        case "uname": user = Self.name(value)
        case "gname": group = Self.name(value)
        case "size": size = Self.decimal(value)
        case "mtime": modified = Self.moment(value)
        case "atime": accessed = Self.moment(value)
        case "ctime": changed = Self.moment(value)
        default:
            guard key.starts(with: Self.attributePrefix) else { return }
            attributes.append((Array(key.dropFirst(Self.attributePrefix.count)), Array(value)))
        }
    }

    // MARK: - Fields

    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// A name of a PAX header, which has no zeros; empty if it does.
    private static func name(_ value: ArraySlice<UInt8>) -> [UInt8] { value.contains(0) ? [] : Array(value) }

    /// A number in octal, or in base 256; 0 if it is none, or too large.
    private static func number(_ block: ArraySlice<UInt8>, _ range: Range<Int>) -> Int {
        let field = block[block.startIndex + range.lowerBound..<block.startIndex + range.upperBound]
        guard let first = field.first else { return 0 }
        guard first & 0x80 == 0 else {
            let isNegative = first & 0x40 != 0
            var value = isNegative ? -1 : 0
            for (index, byte) in field.enumerated() {
                guard (-1 << 54..<1 << 54).contains(value) else { return 0 }
                let bits = index > 0 ? byte : byte & 0x3f | (isNegative ? 0xc0 : 0)
                value = value << 8 | Int(bits)
            }
            return value
        }
        func isFiller(_ byte: UInt8) -> Bool { byte == 0 || byte == 0x20 }
        let end = field.lastIndex { !isFiller($0) } ?? field.startIndex
        let octal = field[...end].drop(while: isFiller).prefix { $0 != 0 }
        guard octal.count <= 20, octal.allSatisfy({ (0x30..<0x38).contains($0) }) else { return 0 }
        return octal.reduce(0) { $0 << 3 | Int($1 & 7) }
    }

    private static func decimal(_ text: ArraySlice<UInt8>) -> Int {
        let isNegative = text.first == 0x2d
        let digits = isNegative ? text.dropFirst() : text
        guard digits.count <= 18, digits.allSatisfy({ (0x30..<0x3a).contains($0) }) else { return 0 }
        let value = digits.reduce(0) { 10 * $0 + Int($1 & 15) }
        return isNegative ? -value : value
    }

    private static func moment(_ text: ArraySlice<UInt8>) -> Moment {
        let whole = text.prefix { $0 != 0x2e }
        let part = text.dropFirst(whole.count + 1).prefix(9)
        let billionths = max(decimal(part + [UInt8](repeating: 0x30, count: 9 - part.count)), 0)
        let seconds = decimal(whole)
        guard whole.first == 0x2d, billionths > 0 else {
            return Moment(seconds: seconds, billionths: billionths)
        }
        return Moment(seconds: seconds - 1, billionths: 1_000_000_000 - billionths)
    }

    /// The records of a PAX header, as far as they are right; of two with one key, the second.
    private static func records(_ body: ArraySlice<UInt8>) -> [ArraySlice<UInt8>: ArraySlice<UInt8>] {
        var records: [ArraySlice<UInt8>: ArraySlice<UInt8>] = [:]
        var rest = body
        while let space = rest.firstIndex(of: 0x20) {
            let size = decimal(rest[rest.startIndex..<space])
            guard size <= rest.count, size > space + 1 - rest.startIndex else { break }
            let record = rest[space + 1..<rest.startIndex + size]
            guard record.last == 0x0a, let mark = record.firstIndex(of: 0x3d) else { break }
            records[record[..<mark]] = record[(mark + 1)...].dropLast()
            rest = rest.dropFirst(size)
        }
        return records
    }
}
