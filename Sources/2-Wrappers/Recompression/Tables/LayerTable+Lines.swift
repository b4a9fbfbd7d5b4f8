import Bytes
import Hashing

/// The contents as stargz-snapshotter writes them, with a line for each field.
extension LayerTable {
    /// What comes in front of the entries, between two, and behind them.
    static let lineStart = Array("{\n\t\"version\": 1,\n\t\"entries\": [\n".utf8)
    static let lineSeparator = Array(",\n".utf8)
    static let lineEnd = Array("\n\t]\n}".utf8)

    /// The names of users and groups that were said last, by their numbers.
    struct Owners {
        var users: [Int: [UInt8]] = [:]
        var groups: [Int: [UInt8]] = [:]

        /// A name, if it has to be said; empty if not.
        fileprivate static func changed(_ names: inout [Int: [UInt8]], _ owner: Int, _ name: [UInt8])
            -> [UInt8]
        {
            guard !name.isEmpty, names[owner] != name else { return [] }
            names[owner] = name
            return name
        }
    }

    /// Files are cut into parts of so many bytes, unless somebody asks for others.
    static let usualChunkByteCount = 4 << 20

    /// An object, to which fields are added that say something.
    private struct Lines {
        private var bytes = Array("\t\t{".utf8)
        private var isEmpty = true

        var whole: [UInt8] { bytes + Array("\n\t\t}".utf8) }

        init(name: [UInt8], type: String) {
            add("name", GoText.quoted(name))
            add("type", Array("\"\(type)\"".utf8))
        }

        mutating func add(_ name: String, _ value: [UInt8]) {
            bytes += Array("\(isEmpty ? "" : ",")\n\t\t\t\"\(name)\": ".utf8) + value
            isEmpty = false
        }

        mutating func add(_ name: String, text: [UInt8]) {
            if !text.isEmpty { add(name, GoText.quoted(text)) }
        }

        mutating func add(_ name: String, number: some BinaryInteger) {
            if number != 0 { add(name, Array(String(number).utf8)) }
        }

        mutating func add(_ name: String, digest: Digest?) {
            if let digest { add(name, Array("\"\(digest)\"".utf8)) }
        }
    }

    /// The object of an entry, and those of its chunks from the second on.
    static func lines(_ entry: LayerEntries.Entry, _ header: LayerHeader, _ owners: inout Owners) -> [[UInt8]]
    {
        let isFile = header.type == "reg"
        let isLink = header.type == "hardlink" || header.type == "symlink"
        let isDevice = header.type == "char" || header.type == "block"
        var object = Lines(name: header.name, type: header.type)
        object.add("size", number: isFile ? header.size : 0)
        if let time = time(header.modified) { object.add("modtime", GoText.date(time)) }
        object.add("linkName", text: isLink ? header.link : [])
        object.add("mode", number: header.mode)
        object.add("uid", number: header.uid)
        object.add("gid", number: header.gid)
        object.add("userName", text: Owners.changed(&owners.users, header.uid, header.user))
        object.add("groupName", text: Owners.changed(&owners.groups, header.gid, header.group))
        object.add("offset", number: entry.start)
        object.add("devMajor", number: isDevice ? header.devices.0 : 0)
        object.add("devMinor", number: isDevice ? header.devices.1 : 0)
        let attributes = header.attributes.map {
            Array("\n\t\t\t\t".utf8) + GoText.quoted($0.name) + [0x3a, 0x20] + GoText.encoded($0.value)
        }
        if !attributes.isEmpty {
            object.add("xattrs", [0x7b] + attributes.joined(separator: [0x2c]) + Array("\n\t\t\t}".utf8))
        }
        object.add("digest", digest: isFile ? entry.digest ?? Digest.of([UInt8]()) : nil)
        guard let first = entry.chunks.first else {
            let isFull = header.contentByteCount == usualChunkByteCount
            object.add("chunkSize", number: isFull ? usualChunkByteCount : 0)
            object.add("chunkDigest", digest: entry.digest)
            return [object.whole]
        }
        var objects: [[UInt8]] = []
        var offset = 0
        for (index, chunk) in entry.chunks.enumerated() {
            if index > 0 {
                objects.append(object.whole)
                object = Lines(name: header.name, type: "chunk")
                object.add("offset", number: chunk.start)
            }
            object.add("chunkOffset", number: offset)
            object.add("chunkSize", number: chunk.byteCount == first.byteCount ? chunk.byteCount : 0)
            object.add("chunkDigest", digest: chunk.digest)
            offset += chunk.byteCount
        }
        return objects + [object.whole]
    }

    /// A moment, rounded to seconds; nil if it is one that is left out.
    private static func time(_ moment: LayerHeader.Moment) -> LayerHeader.Moment? {
        let second = LayerHeader.Moment(seconds: moment.seconds)
        guard moment.seconds != 0, second != .never else { return nil }
        return moment.billionths < 500_000_000 ? second : LayerHeader.Moment(seconds: moment.seconds + 1)
    }
}
