/// A paragraph of `Name: value` lines, as Debian's control files, Python's metadata and Java's manifests have it.
struct ControlFields {
    private var values: [[UInt8]: ArraySlice<UInt8>] = [:]

    /// The value of a field without what goes on in further lines; nil if there is none.
    ///
    /// - Parameter name: The field's name in small letters.
    subscript(name: String) -> ArraySlice<UInt8>? { values[Array(name.utf8)] }

    /// Reads paragraphs one after the other; they end at empty lines.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - names: Names of the fields that are wanted, in small letters.
    ///   - body: Takes a paragraph and says whether more are wanted.
    static func forEach(
        in bytes: [UInt8], wanted names: [String], _ body: (ControlFields) throws -> Bool
    ) rethrows {
        let wanted = Set(names.map { Array($0.utf8) })
        let longest = wanted.reduce(0) { max($0, $1.count) }
        var fields = ControlFields()
        for line in Lines(bytes) {
            guard let first = line.first else {
                if !fields.values.isEmpty, try !body(fields) { return }
                fields = ControlFields()
                continue
            }
            guard first != 0x20, first != 0x09, let colon = line.prefix(longest + 1).firstIndex(of: 0x3a)
            else {
                continue
            }
            let name = line[..<colon].map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
            // Of a field that is there twice, the first counts.
            guard wanted.contains(name), fields.values[name] == nil else { continue }
            fields.values[name] = line[(colon + 1)...].trimmed
        }
        if !fields.values.isEmpty { _ = try body(fields) }
    }

    /// The first paragraph.
    static func first(in bytes: [UInt8], wanted names: [String]) -> ControlFields {
        var first = ControlFields()
        forEach(in: bytes, wanted: names) { fields in
            first = fields
            return false
        }
        return first
    }
}

/// The lines of a text, without their ends.
struct Lines: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
        let line = rest[..<end]
        rest = rest[(end < rest.endIndex ? end + 1 : end)...]
        return line.last == 0x0d ? line.dropLast() : line
    }
}

extension ArraySlice<UInt8> {
    /// The bytes without blanks around them.
    var trimmed: ArraySlice<UInt8> {
        var bytes = drop { $0 == 0x20 || $0 == 0x09 }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }
}
