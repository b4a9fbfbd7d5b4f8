import Bytes
import FileIO
import FileTree
import Images
import OCI

/// How every entry of a new layer will be made: decided before anything is matched or coded.
struct LayerPlan: Sendable {
    /// Where an entry's content comes from.
    enum Source: Sendable {
        /// It is the same as an old entry's.
        case reference(Int)
        /// It resembles an old entry's, which is patched.
        case patch(ancestor: Int)
        /// It resembles nothing, or is empty.
        case new
    }

    /// Contents larger than this are matched part by part: at most 128 MiB, which takes up to seven times as much memory,
    /// and no more than eight times what is stored of the new image, or 8 MiB. Few bytes can unpack to many that are all
    /// alike, and are not worth more memory than any other file of a few bytes.
    let partByteCount: UInt64
    /// Index of the new layer.
    let layer: Int
    /// Its bytes.
    let file: LayerBytes
    /// For each entry, the old entry whose header resembles its own.
    let twins: [Int?]
    /// For each entry, where its content comes from.
    private(set) var sources: [Source]

    /// Plans by digests, paths and names.
    ///
    /// - Parameters:
    ///   - new: The new images.
    ///   - layer: Index of the new layer.
    ///   - home: Where in the old images to look first.
    ///   - similar: What resembles what.
    init(_ new: ImageSet, layer: Int, home: OldHome, similar: SimilarFiles) {
        let file = new.layers[layer]
        let entries = new.listings[layer].entries
        let twins = entries.map { similar.twin(of: $0.path, home) }
        self.layer = layer
        self.file = file
        partByteCount = Self.partByteCount(stored: new.storedByteCount)
        self.twins = twins
        sources = entries.indices.map { index in
            let entry = entries[index]
            let count = file.spans[index].contentByteCount
            guard count > 0 else { return .new }
            if let digest = entry.storedDigest,
                let same = similar.sameContent(digest, byteCount: count, preferring: twins[index])
            {
                return .reference(same)
            }
            return similar.ancestor(of: entry.path, byteCount: count, home)
                .map { .patch(ancestor: $0) } ?? .new
        }
    }

    static func partByteCount(stored byteCount: UInt64) -> UInt64 {
        min(max(byteCount.multipliedClamped(8), 8 << 20), 128 << 20)
    }

    /// The entries whose contents the old image does not hold, and that are worth looking for what they come from: for
    /// large ones with a name that is alike, the name stands. Programs of one compiler begin more alike than two versions of
    /// one program.
    var doubtfulEntries: [Int] {
        sources.indices.filter { index in
            let byteCount = file.spans[index].contentByteCount
            return switch sources[index] {
            case .reference: false
            case .patch:
                (SketchIndex.leastByteCount...ContentSketch.byteCountLimit).contains(byteCount)
            case .new: byteCount >= SketchIndex.leastByteCount
            }
        }
    }

    /// Finds ancestors by content: where names tell nothing, and where they are wrong.
    ///
    /// Bundles are numbered anew, parts of programs change places: what stands under a name is then no more like the new
    /// content than any other file of its kind.
    ///
    /// - Parameters:
    ///   - sketches: Of the old contents that the new image does not hold.
    ///   - references: The old image.
    /// - Throws: `FileError` if an image can no longer be read, `CancellationError` when its task was cancelled.
    mutating func findAncestors(in sketches: SketchIndex, _ references: OldReferences) throws {
        var votes = SketchIndex.Votes(sketches)
        for index in doubtfulEntries {
            try Task.checkCancellation()
            let span = file.spans[index]
            let part = Int(min(span.contentByteCount, ContentSketch.byteCountLimit))
            let sketch = ContentSketch(try file.tar.read(at: span.contentOffset, count: part))
            guard let likest = sketches.likest(sketch, &votes) else { continue }
            if case .patch(let named) = sources[index] {
                guard likest.sharedCount >= Self.clearLikeness, named != likest.ordinal,
                    try ContentSketch(of: named, in: references).sharedCount(sketch) * 2 <= likest.sharedCount
                else { continue }
            }
            sources[index] = .patch(ancestor: likest.ordinal)
        }
    }

    /// How many numbers the sketch of another content shares that is taken instead of that whose name is alike.
    private static let clearLikeness = ContentSketch.count / 2

    /// The same plan as if every other entry's content were an old one's: what remains is the cost of headers, and of
    /// the contents of a few entries.
    func restricted(to entries: Set<Int>) -> LayerPlan {
        var plan = self
        for index in sources.indices where !entries.contains(index) && file.spans[index].contentByteCount > 0
        {
            switch sources[index] {
            case .reference: continue
            case .patch(let ancestor): plan.sources[index] = .reference(ancestor)
            case .new: plan.sources[index] = .reference(twins[index] ?? 0)
            }
        }
        return plan
    }
}
