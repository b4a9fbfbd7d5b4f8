/// What rpm's database says of packages: each is a header of tagged values (rpm's "Package File Format", "Header").
public enum RpmPackages {
    /// A package and its files.
    ///
    /// - Parameter header: A header as the database holds it: two counts, an index, data.
    /// - Returns: nil if it is damaged or has no name.
    public static func package(header: [UInt8]) -> SystemPackages.Listed? {
        guard let header = Header(header), let name = header.text(.name) else { return nil }
        var version = header.text(.version) ?? []
        if let release = header.text(.release) { version += Array("-".utf8) + release }
        if let epoch = header.numbers(.epoch)?.first { version = Array("\(epoch):".utf8) + version }
        guard
            let package = Package(
                .rpm, name: name, version: version, place: Array(header.text(.architecture) ?? []))
        else { return nil }
        return SystemPackages.Listed(package: package, paths: header.paths)
    }

    /// A header's tags that matter here.
    private enum Tag: Int {
        case name = 1000
        case version = 1001
        case release = 1002
        case epoch = 1003
        case architecture = 1022
        case fileStates = 1029
        case directoryIndexes = 1116
        case baseNames = 1117
        case directoryNames = 1118
    }

    private struct Header {
        private struct Item {
            let type: Int
            let offset: Int
            let count: Int
        }

        private let data: ArraySlice<UInt8>
        private var items: [Tag: Item] = [:]

        /// As rpm has it (`HEADER_TAGS_MAX`).
        private static let tagLimit = 0xffff
        /// As much as rpm takes for the files of one package.
        private static let fileLimit = 1 << 22
        /// A package's paths are so many times as long as its header at most, which also has sums and times of each:
        /// directories as long as their files are many would take the square of the header.
        private static let pathByteFactor = 16

        init?(_ bytes: [UInt8]) {
            guard let tagCount = Self.number(bytes[...], 0), let byteCount = Self.number(bytes[...], 4),
                tagCount <= Self.tagLimit, 8 + 16 * tagCount <= bytes.count,
                byteCount <= bytes.count - 8 - 16 * tagCount
            else { return nil }
            let start = 8 + 16 * tagCount
            data = bytes[start..<start + byteCount]
            for place in stride(from: 8, to: start, by: 16) {
                guard let tag = Self.number(bytes[...], place).flatMap(Tag.init(rawValue:)),
                    let type = Self.number(bytes[...], place + 4),
                    let offset = Self.number(bytes[...], place + 8),
                    let count = Self.number(bytes[...], place + 12), offset <= byteCount
                else { continue }
                // What stands there twice was changed after the build; the first is what the package said.
                if items[tag] == nil { items[tag] = Item(type: type, offset: offset, count: count) }
            }
        }

        /// Four bytes, the highest first.
        private static func number(_ bytes: ArraySlice<UInt8>, _ place: Int) -> Int? {
            let start = bytes.startIndex + place
            guard place >= 0, place <= bytes.count - 4 else { return nil }
            return bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        }

        /// A text; of several, as for languages, the first.
        func text(_ tag: Tag) -> [UInt8]? {
            guard let item = items[tag], [6, 8, 9].contains(item.type) else { return nil }
            return Array(data.dropFirst(item.offset).prefix { $0 != 0 })
        }

        /// Numbers of four bytes.
        func numbers(_ tag: Tag) -> [Int]? {
            guard let item = items[tag], item.type == 4, item.count <= (data.count - item.offset) / 4 else {
                return nil
            }
            return (0..<item.count).compactMap { Self.number(data, item.offset + 4 * $0) }
        }

        /// Texts, each ended by a zero.
        private func texts(_ tag: Tag) -> [ArraySlice<UInt8>]? {
            guard let item = items[tag], item.type == 8, item.count <= Self.fileLimit else { return nil }
            var texts: [ArraySlice<UInt8>] = []
            var start = data.startIndex + item.offset
            while texts.count < item.count {
                guard let end = data[start...].firstIndex(of: 0) else { return nil }
                texts.append(data[start..<end])
                start = end + 1
            }
            return texts
        }

        /// The paths of the package's files, without those that were left out when it was installed.
        var paths: [[UInt8]] {
            guard let names = texts(.baseNames), let directories = texts(.directoryNames),
                let indexes = numbers(.directoryIndexes), indexes.count == names.count
            else { return [] }
            let states = items[.fileStates].flatMap { item -> ArraySlice<UInt8>? in
                guard item.count == names.count, item.count <= data.count - item.offset else { return nil }
                return data.dropFirst(item.offset).prefix(item.count)
            }
            var left = Self.pathByteFactor * data.count
            var paths: [[UInt8]] = []
            for (index, name) in names.enumerated() {
                // 0 is normal, 1 replaced by another package's file, 2 not installed, 3 kept on another machine.
                let state = states.map { $0[$0.startIndex + index] } ?? 0
                guard state == 0, directories.indices.contains(indexes[index]) else { continue }
                let directory = directories[indexes[index]]
                left -= directory.count + name.count
                guard left >= 0 else { return paths }
                paths.append(Array(directory) + name)
            }
            return paths
        }
    }
}
