/// Where a sparse file has data: everything else of it is holes (GNU tar manual, "Storing Sparse Files").
public struct TarSparseMap: Equatable, Sendable {
    /// A piece of data.
    public struct Piece: Equatable, Sendable {
        /// Where in the file it stands.
        public let offset: UInt64
        /// How long it is.
        public let byteCount: UInt64
    }

    /// The pieces, in order; they do not overlap and lie in the file.
    public private(set) var pieces: [Piece] = []
    /// How many bytes of data there are: what the archive stores, without a map in front of it.
    public private(set) var dataByteCount: UInt64 = 0

    /// Checks numbers that state an offset and a size by turns, as runtimes do.
    ///
    /// Returns nil for a piece that overlaps the one before it or leads out of the file.
    init?(_ numbers: [UInt64], realByteCount: UInt64) {
        guard numbers.count % 2 == 0 else { return nil }
        pieces.reserveCapacity(numbers.count / 2)
        var end: UInt64 = 0
        for index in stride(from: 0, to: numbers.count, by: 2) {
            let (pieceEnd, overflows) = numbers[index].addingReportingOverflow(numbers[index + 1])
            guard !overflows, numbers[index] >= end, pieceEnd <= realByteCount else { return nil }
            end = pieceEnd
            dataByteCount += numbers[index + 1]
            pieces.append(Piece(offset: numbers[index], byteCount: numbers[index + 1]))
        }
    }

    /// The map of an old GNU header and of the blocks that follow it: 24 bytes for each piece.
    init?(oldGNU fields: [UInt8], realByteCount: UInt64) {
        var numbers: [UInt64] = []
        // Four pieces and two more fields stand in the header; each further block holds 21 pieces.
        var start = 0
        var isHeader = true
        while start < fields.count {
            let byteCount = isHeader ? 97 : TarBlock.byteCount
            for piece in 0..<(isHeader ? 4 : 21) {
                let place = start + piece * 24
                guard place + 24 <= fields.count else { return nil }
                if fields[place] == 0 { break }
                guard let offset = TarHeader.number(fields[...], place, 12), offset >= 0,
                    let count = TarHeader.number(fields[...], place + 12, 12), count >= 0
                else { return nil }
                numbers += [UInt64(offset), UInt64(count)]
            }
            start += byteCount
            isHeader = false
        }
        self.init(numbers, realByteCount: realByteCount)
    }

    /// Reads a map that stands in front of the data, in blocks of its own: decimal numbers, one a line.
    public struct Reader: Sendable {
        private let realByteCount: UInt64
        private let storedByteCount: UInt64
        private var numbers: [UInt64] = []
        private var wanted = 1
        private var value: UInt64 = 0
        private var digitCount = 0
        private var byteCount: UInt64 = 0
        /// The map, when all of it was read.
        public private(set) var map: TarSparseMap?

        /// Reads the map of a file.
        ///
        /// - Parameters:
        ///   - realByteCount: The file's size with its holes.
        ///   - storedByteCount: The size of the map and of the data.
        public init(realByteCount: UInt64, storedByteCount: UInt64) {
            self.realByteCount = realByteCount
            self.storedByteCount = storedByteCount
        }

        /// How long the map is, in whole blocks; right when all of it was read.
        public var mapByteCount: UInt64 { (byteCount + 511) / 512 * 512 }

        /// Takes the next stored bytes as long as there is no map yet; false if they are no map of that file.
        public mutating func take(_ bytes: ArraySlice<UInt8>) -> Bool {
            for byte in bytes {
                byteCount += 1
                if byte == UInt8(ascii: "\n") {
                    guard digitCount > 0 else { return false }
                    if wanted == 1, numbers.isEmpty {
                        // A piece takes four bytes of the map at the least.
                        guard value <= storedByteCount / 4 else { return false }
                        wanted = 1 + 2 * Int(value)
                    }
                    numbers.append(value)
                    value = 0
                    digitCount = 0
                    if numbers.count == wanted { return finish() }
                } else {
                    let digit = byte &- UInt8(ascii: "0")
                    guard digit < 10, digitCount < 18 else { return false }
                    value = value * 10 + UInt64(digit)
                    digitCount += 1
                }
                guard byteCount <= TarWalker.extensionByteCountLimit else { return false }
            }
            return true
        }

        private mutating func finish() -> Bool {
            map = TarSparseMap(Array(numbers.dropFirst()), realByteCount: realByteCount)
            numbers = []
            guard let map else { return false }
            return mapByteCount <= storedByteCount && map.dataByteCount == storedByteCount - mapByteCount
        }
    }
}

/// How the holes are told of a file that an archive stores without them.
public enum TarSparseForm: Equatable, Sendable {
    /// By its header, or by records before it.
    case map(TarSparseMap)
    /// In front of its data, in the stored content itself.
    case inContent
}

/// What pax records say of a sparse file; there are three versions of them.
struct PaxSparseRecords {
    private var major: [UInt8]?
    private var minor: [UInt8]?
    private var list: [UInt8]?
    private var pairs: [UInt64] = []
    private var pieceCount: UInt64?
    private var realSizes: (plain: UInt64?, real: UInt64?)
    private(set) var name: [UInt8]?
    /// Whether there is no record of that kind.
    private(set) var isEmpty = true

    /// The file's size with its holes.
    var realSize: UInt64? { realSizes.plain ?? realSizes.real }

    mutating func take(_ key: String, _ value: ArraySlice<UInt8>, _ offset: UInt64) throws(TarError) {
        isEmpty = false
        switch key {
        case "major": major = value.isEmpty ? nil : Array(value)
        case "minor": minor = value.isEmpty ? nil : Array(value)
        case "map": list = value.isEmpty ? nil : Array(value)
        case "numblocks": pieceCount = try PaxRecords.count(value, "GNU.sparse.numblocks", offset)
        case "realsize", "size":
            let size = try PaxRecords.count(value, "GNU.sparse." + key, offset)
            let other = key == "size" ? realSizes.real : realSizes.plain
            // Go takes the one, others what comes last.
            guard other == nil || size == nil || other == size else {
                throw .ambiguous(reason: "a sparse file of two sizes", offset: offset)
            }
            if key == "size" { realSizes.plain = size } else { realSizes.real = size }
        case "name": name = try PaxRecords.text(value, "GNU.sparse.name", offset)
        case "offset", "numbytes":
            // The first version has a pair of records for each piece.
            guard (pairs.count % 2 == 0) == (key == "offset"), let number = PaxRecords.decimal(value) else {
                throw .badExtension(reason: "has a broken sparse map", offset: offset)
            }
            pairs.append(number)
        default: break
        }
    }

    /// What the records mean together; nil if there are none.
    func form(
        realByteCount: UInt64?, storedByteCount: UInt64, offset: UInt64
    ) throws(TarError) -> TarSparseForm? {
        if isEmpty { return nil }
        let broken = TarError.badExtension(reason: "has a broken sparse map", offset: offset)
        switch (major, minor) {
        case ([UInt8(ascii: "1")], [UInt8(ascii: "0")]):
            guard realByteCount != nil else { throw broken }
            return .inContent
        case (nil, nil), ([UInt8(ascii: "0")], [UInt8(ascii: "0")]),
            ([UInt8(ascii: "0")], [UInt8(ascii: "1")]):
            guard let realByteCount, let pieceCount else { throw broken }
            var numbers = pairs
            if let list {
                guard pairs.isEmpty else { throw broken }
                for part in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                    guard let number = PaxRecords.decimal(part) else { throw broken }
                    numbers.append(number)
                }
            }
            guard let map = TarSparseMap(numbers, realByteCount: realByteCount),
                UInt64(map.pieces.count) == pieceCount, map.dataByteCount == storedByteCount
            else { throw broken }
            return .map(map)
        default:
            throw .ambiguous(reason: "a sparse file of a version that runtimes do not know", offset: offset)
        }
    }
}
