import Bytes

/// A table of a zstd:chunked layer, as it is expected by what the layer holds: made part by part, so that it is not held.
struct LayerTable: IteratorProtocol {
    /// Which table it is, by who wrote it.
    enum Kind: Int, CaseIterable {
        /// The contents, with all times, as containers/storage 1.42 writes it.
        case allTimes
        /// The contents, without times that nobody set, and with the digest of the other table, as 1.60 writes it.
        case knownTimes
        /// What lies between the contents, as vbatts/tar-split writes it.
        case split
        /// The contents, with a line for each field, as stargz-snapshotter writes them.
        case lines
    }

    private let kind: Kind
    private let layer: LayerEntries
    /// The part that comes next: 0 in front, then the entries from 1 on, then what comes behind them.
    private var index = 0
    /// How many lines were made.
    private var lineCount = 0
    private var owners = Owners()

    init(_ kind: Kind, _ layer: LayerEntries) {
        self.kind = kind
        self.layer = layer
    }

    mutating func next() -> [UInt8]? {
        guard index < layer.entries.count + 2 else { return nil }
        defer { index += 1 }
        if index == 0 { return start }
        guard index <= layer.entries.count else { return end() }
        let entry = layer.entries[index - 1]
        let raw = ZeroPacking.unpacked(entry.packed)
        let header = LayerHeader(raw.dropFirst(entry.paddingByteCount))
        guard kind != .split else { return segment(raw) + file(entry, header) }
        let isOfLines = kind == .lines
        let objects = isOfLines ? Self.lines(entry, header, &owners) : objects(entry, header)
        let separator = isOfLines ? Self.lineSeparator : [0x2c]
        return (index > 1 ? separator : []) + objects.joined(separator: separator)
    }

    private var start: [UInt8] {
        switch kind {
        case .allTimes, .knownTimes: Array(#"{"version":1,"entries":["#.utf8)
        case .split: []
        case .lines: Self.lineStart
        }
    }

    private mutating func end() -> [UInt8] {
        switch kind {
        case .allTimes: return Array("]}".utf8)
        case .lines: return Self.lineEnd
        case .knownTimes:
            // Which digest it is does not follow from what is there so far.
            let digest = String(repeating: "0", count: 64)
            return Array("],\"tarSplitDigest\":\"sha256:\(digest)\"}".utf8)
        case .split:
            // Two empty blocks end an archive; what comes behind them is read by itself.
            let count = layer.paddingByteCount + 2 * LayerHeader.blockByteCount
            let behind = Array(layer.rest.dropFirst(count))
            return segment(Array(layer.rest.prefix(count))) + (behind.isEmpty ? [] : segment(behind))
        }
    }

    // MARK: - Contents

    /// An object, to which fields are added that say something.
    private struct Object {
        var bytes: [UInt8] = [0x7b]

        mutating func add(_ name: String, _ value: [UInt8]) {
            bytes += Array("\(bytes.count > 1 ? "," : "")\"\(name)\":".utf8) + value
        }

        mutating func add(_ name: String, _ value: some BinaryInteger) {
            if value != 0 { add(name, Array(String(value).utf8)) }
        }

        mutating func add(_ name: String, _ value: Digest?) {
            if let value { add(name, Array("\"\(value)\"".utf8)) }
        }
    }

    /// The object of an entry, and those of its chunks from the second on.
    private func objects(_ entry: LayerEntries.Entry, _ header: LayerHeader) -> [[UInt8]] {
        let name = GoText.quoted(header.name)
        var object = Object()
        object.add("type", Array("\"\(header.type)\"".utf8))
        object.add("name", name)
        if !header.link.isEmpty { object.add("linkName", GoText.quoted(header.link)) }
        object.add("mode", header.mode)
        object.add("size", header.size)
        object.add("uid", header.uid)
        object.add("gid", header.gid)
        let never: LayerHeader.Moment? = kind == .allTimes ? .never : nil
        let times = [("modtime", header.modified), ("accesstime", header.accessed ?? never)]
        for (field, time) in times + [("changetime", header.changed ?? never)] {
            if let time { object.add(field, GoText.date(time)) }
        }
        object.add("devMajor", header.devices.0)
        object.add("devMinor", header.devices.1)
        let attributes = header.attributes.map { GoText.quoted($0.name) + [0x3a] + GoText.encoded($0.value) }
        if !attributes.isEmpty {
            object.add("xattrs", [0x7b] + attributes.joined(separator: [0x2c]) + [0x7d])
        }
        object.add("digest", entry.digest)
        object.add("offset", entry.start)
        object.add("endOffset", entry.end)
        var objects: [[UInt8]] = []
        var offset = 0
        for (index, chunk) in entry.chunks.enumerated() {
            if index > 0 {
                objects.append(object.bytes + [0x7d])
                object = Object()
                object.add("type", Array(#""chunk""#.utf8))
                object.add("name", name)
                object.add("offset", chunk.start)
            }
            object.add("chunkSize", chunk.byteCount)
            object.add("chunkOffset", offset)
            object.add("chunkDigest", chunk.digest)
            if chunk.isHole { object.add("chunkType", Array(#""zeros""#.utf8)) }
            offset += chunk.byteCount
        }
        return objects + [object.bytes + [0x7d]]
    }

    // MARK: - What lies between the contents

    private mutating func line(_ type: Int, _ fields: [UInt8]) -> [UInt8] {
        defer { lineCount += 1 }
        return Array("{\"type\":\(type),".utf8) + fields + Array(",\"position\":\(lineCount)}\n".utf8)
    }

    private mutating func segment(_ raw: [UInt8]) -> [UInt8] {
        line(2, Array(#""payload":"#.utf8) + GoText.encoded(raw))
    }

    private mutating func file(_ entry: LayerEntries.Entry, _ header: LayerHeader) -> [UInt8] {
        var fields: [UInt8] = []
        if !header.name.isEmpty {
            let isText = GoText.isText(header.name)
            fields += Array((isText ? #""name":"# : #""name_raw":"#).utf8)
            fields += (isText ? GoText.quoted(header.name) : GoText.encoded(header.name)) + [0x2c]
        }
        if header.size != 0 { fields += Array("\"size\":\(header.size),".utf8) }
        let sum = (0..<8).map { UInt8(truncatingIfNeeded: entry.checksum >> (56 - 8 * UInt64($0))) }
        fields += Array(#""payload":"#.utf8)
        fields += entry.digest == nil ? Array("null".utf8) : GoText.encoded(sum)
        return line(1, fields)
    }
}
