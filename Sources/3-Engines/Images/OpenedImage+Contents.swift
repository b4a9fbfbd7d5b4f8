import Bytes
import FileIO
public import FileTree
import OCI

/// Why a file's content cannot be read.
public enum ContentError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is in a layer that the image only names.
    case absent
    /// It is another name of a file that is not there.
    case noFile(target: [UInt8])

    public var description: String {
        switch self {
        case .absent: "the image does not hold this layer"
        case .noFile(let target):
            "'\(EscapedText.of(target))', which this is another name of, is no file in the layers up to here"
        }
    }
}

extension OpenedImage {
    /// Reads a part of what a file holds; of another name of a file, what that file holds.
    ///
    /// - Parameters:
    ///   - id: The file's entry.
    ///   - offset: Where the part starts.
    ///   - count: How many bytes it has; fewer are returned where the file ends before.
    /// - Returns: The bytes; holes are zeros.
    /// - Throws: `ContentError`, `FileError`.
    public func content(of id: EntryID, at offset: UInt64 = 0, count: Int) throws -> [UInt8] {
        let place = try file(id)
        let layer = layers[place.layer]
        guard layer.spans.indices.contains(place.ordinal) else { throw ContentError.absent }
        let span = layer.spans[place.ordinal]
        let byteCount = try self.byteCount(of: place)
        guard offset < byteCount else { return [] }
        let count = Int(min(byteCount - offset, UInt64(max(0, count))))
        guard !index.listings[place.layer].entries[place.ordinal].isSparse else {
            return try SparseFile(layer.tar, span).read(at: offset, count: count)
        }
        return try layer.tar.read(at: span.contentOffset + offset, count: count)
    }

    /// How many bytes a file has, its holes included; of another name of a file, of that file.
    ///
    /// - Throws: `ContentError`.
    public func byteCount(of id: EntryID) throws(ContentError) -> UInt64 {
        let place = try file(id)
        guard layers[place.layer].spans.indices.contains(place.ordinal) else { throw .absent }
        let entry = index.listings[place.layer].entries[place.ordinal]
        return entry.isSparse ? entry.size : layers[place.layer].spans[place.ordinal].contentByteCount
    }

    /// The entry that holds an entry's content: of another name of a file, the one that brought the file.
    public func contentPlace(of id: EntryID) -> EntryID {
        index.listings[id.layer].entries[id.ordinal].hardLink?.origin ?? id
    }

    private func file(_ id: EntryID) throws(ContentError) -> EntryID {
        let place = contentPlace(of: id)
        let entry = index.listings[place.layer].entries[place.ordinal]
        guard entry.kind != .hardLink else { throw .noFile(target: entry.linkTarget) }
        return place
    }
}
