import Delta
import FileIO
import Images

/// The entries of the old image's layers, numbered through from the lowest layer, as recipes refer to them.
struct OldReferences: ReferenceSource {
    private let layers: [LayerBytes]
    private let firstOrdinals: [Int]
    let entryCount: Int

    init(_ layers: [LayerBytes]) {
        self.layers = layers
        var first: [Int] = []
        var count = 0
        for layer in layers {
            first.append(count)
            count += layer.spans.count
        }
        firstOrdinals = first
        entryCount = count
    }

    /// The number of an entry of a layer.
    func ordinal(layer: Int, entry: Int) -> Int { firstOrdinals[layer] + entry }

    /// The layer that an entry is in, and its place in it.
    func place(of ordinal: Int) -> (layer: Int, entry: Int) {
        var low = 0
        var high = firstOrdinals.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if firstOrdinals[middle] <= ordinal { low = middle } else { high = middle }
        }
        // Of layers without entries, which start at the same number, the last is meant.
        return (low, ordinal - firstOrdinals[low])
    }

    private func bytes(of ordinal: Int) -> (layer: LayerBytes, span: EntrySpan) {
        let (layer, entry) = place(of: ordinal)
        return (layers[layer], layers[layer].spans[entry])
    }

    func structure(of ordinal: Int) throws -> [UInt8] {
        let (layer, span) = bytes(of: ordinal)
        return try layer.tar.read(at: span.structureOffset, count: span.structureByteCount)
    }

    func contentByteCount(of ordinal: Int) -> UInt64 {
        let (layer, entry) = place(of: ordinal)
        return layers[layer].spans[entry].contentByteCount
    }

    func content(of ordinal: Int, at offset: UInt64, count: Int) throws -> [UInt8] {
        let (layer, span) = bytes(of: ordinal)
        return try layer.tar.part(at: span.contentOffset, byteCount: span.contentByteCount)
            .read(at: offset, count: count)
    }
}

/// No old image: what the recipe of an archive is made against.
struct NoReferences: ReferenceSource {
    var entryCount: Int { 0 }
    func structure(of ordinal: Int) throws -> [UInt8] { [] }
    func contentByteCount(of ordinal: Int) -> UInt64 { 0 }
    func content(of ordinal: Int, at offset: UInt64, count: Int) throws -> [UInt8] { [] }
}
