import Bytes
import FileIO
import Tar

/// A file that a layer stores without its holes.
struct SparseFile {
    private let tar: FileRegion
    private let span: EntrySpan
    private let pieces: [TarSparseMap.Piece]
    /// Where the data of each piece lies in the stored content.
    private let starts: [UInt64]

    /// Finds out where its data lie.
    ///
    /// - Throws: `TarError` and `FileError` if its blocks cannot be read.
    init(_ tar: FileRegion, _ span: EntrySpan) throws {
        var finder = LayoutFinder()
        var walker = TarWalker()
        try walker.consume(
            try tar.read(at: span.structureOffset, count: span.structureByteCount)[...], visitor: &finder)
        var offset: UInt64 = 0
        while finder.layout == nil, offset < span.contentByteCount {
            let count = min(Self.windowByteCount, span.contentByteCount - offset)
            try walker.consume(
                try tar.read(at: span.contentOffset + offset, count: Int(count))[...], visitor: &finder)
            offset += count
        }
        self.tar = tar
        self.span = span
        pieces = finder.layout?.map.pieces ?? []
        var next = finder.layout?.dataOffset ?? 0
        starts = pieces.map { piece in
            defer { next += piece.byteCount }
            return next
        }
    }

    private static let windowByteCount: UInt64 = 16 << 10

    /// Reads bytes that the caller knows to be there.
    func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let end = offset + UInt64(count)
        var index = pieces.partitioningIndex { $0.offset + $0.byteCount > offset }
        while index < pieces.count, pieces[index].offset < end {
            let piece = pieces[index]
            let start = max(piece.offset, offset)
            let stop = min(piece.offset + piece.byteCount, end)
            if start < stop {
                let place = span.contentOffset + starts[index] + (start - piece.offset)
                let data = try tar.read(at: place, count: Int(stop - start))
                bytes.replaceSubrange(Int(start - offset)..<Int(start - offset) + data.count, with: data)
            }
            index += 1
        }
        return bytes
    }
}

/// Waits for what tells where a sparse file's data lie.
private struct LayoutFinder: TarVisitor {
    private var content: TarSparseContent?
    var layout: (map: TarSparseMap, dataOffset: UInt64)? { content?.layout }

    mutating func begin(_ member: TarMember, structure: [UInt8]) throws {
        guard content == nil, let form = member.sparseForm else { return }
        content = TarSparseContent(form, byteCount: member.size, storedByteCount: member.storedByteCount)
    }
    mutating func content(_ bytes: ArraySlice<UInt8>) throws { content?.take(bytes) { _ in } }
    mutating func end(padding: [UInt8]) throws {}
    mutating func trailer(_ bytes: ArraySlice<UInt8>) throws {}
}
