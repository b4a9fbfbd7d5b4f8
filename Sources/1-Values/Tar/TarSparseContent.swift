/// Makes what a sparse file holds of what an archive stores of it, which arrives in parts of any size.
public struct TarSparseContent: Sendable {
    /// A run of a file.
    public enum Run {
        /// Bytes that are stored.
        case data(ArraySlice<UInt8>)
        /// That many zeros, which are not.
        case hole(UInt64)
    }

    private let byteCount: UInt64
    private var reader: TarSparseMap.Reader?
    private var map: TarSparseMap?
    /// How many stored bytes were taken.
    private var storedByteCount: UInt64 = 0
    /// How far the file was made.
    private var position: UInt64 = 0
    private var pieceIndex = 0

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - form: How its holes are told.
    ///   - byteCount: Its size with them.
    ///   - storedByteCount: How many bytes are stored of it.
    public init(_ form: TarSparseForm, byteCount: UInt64, storedByteCount: UInt64) {
        self.byteCount = byteCount
        switch form {
        case .map(let map): self.map = map
        case .inContent:
            reader = TarSparseMap.Reader(realByteCount: byteCount, storedByteCount: storedByteCount)
        }
    }

    /// How the file lies in what is stored: its pieces, and where their data begin; nil until enough was taken to tell.
    public var layout: (map: TarSparseMap, dataOffset: UInt64)? {
        map.map { ($0, reader?.mapByteCount ?? 0) }
    }

    /// Takes the next stored bytes.
    ///
    /// - Parameters:
    ///   - stored: The bytes.
    ///   - body: Takes the runs that they make, in order.
    /// - Throws: What the body throws.
    public mutating func take(_ stored: ArraySlice<UInt8>, _ body: (Run) throws -> Void) rethrows {
        try take(stored, mapped: { _ in }, body)
    }

    /// Takes the next stored bytes.
    ///
    /// - Parameters:
    ///   - stored: The bytes.
    ///   - mapped: Takes a map that stands in front of the data, when all of it was read.
    ///   - body: Takes the runs that they make, in order.
    /// - Throws: What the bodies throw.
    public mutating func take(
        _ stored: ArraySlice<UInt8>, mapped: (TarSparseMap) throws -> Void, _ body: (Run) throws -> Void
    ) rethrows {
        let start = storedByteCount
        storedByteCount += UInt64(stored.count)
        if map == nil {
            _ = reader?.take(stored)
            map = reader?.map
            if let map { try mapped(map) }
        }
        guard let (map, dataOffset) = layout else { return }
        var rest = stored
        if start < dataOffset { rest = rest.dropFirst(Int(clamping: dataOffset - start)) }
        while !rest.isEmpty, pieceIndex < map.pieces.count {
            let piece = map.pieces[pieceIndex]
            if position < piece.offset {
                try body(.hole(piece.offset - position))
                position = piece.offset
            }
            let end = piece.offset + piece.byteCount
            let part = rest.prefix(Int(min(UInt64(rest.count), end - position)))
            if !part.isEmpty { try body(.data(part)) }
            position += UInt64(part.count)
            rest = rest[part.endIndex...]
            if position == end { pieceIndex += 1 }
        }
    }

    /// Ends the file: what no data stand for is a hole.
    ///
    /// - Throws: What the body throws.
    public mutating func finish(_ body: (Run) throws -> Void) rethrows {
        if position < byteCount { try body(.hole(byteCount - position)) }
        position = byteCount
    }
}
