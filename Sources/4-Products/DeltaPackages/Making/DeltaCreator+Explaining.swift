public import ContentDiff
public import Delta
public import FileTree
import FileIO
import Images
import Work

/// How a package makes one file, and what its places cost.
public struct EntryExplanation: Sendable {
    /// Where the content comes from.
    public enum Making: Hashable, Sendable {
        /// The old image holds the same content.
        case reference
        /// Its layer is not shipped: the old image has it, or the new one has it twice.
        case unshipped
        /// It has no content.
        case empty
        /// It is another name of the file of that path, which has the content.
        case link([UInt8])
        /// Its layer's compressed blob travels as it is.
        case withLayer
        /// It is larger than was to be looked at.
        case tooLarge
        /// It travels as it is.
        case new
        /// An old content is patched.
        case patch
        /// What is compressed in an old file is patched, then compressed again.
        case unpackedPatch
    }

    /// How it is made.
    public let making: Making
    /// The old entry that it is made of; nil if it is made of none.
    public let ancestor: EntryID?
    /// What belongs together in both contents, in the order of the new one.
    public let copies: [ByteDiff.Copy]
    /// What its places cost before the layer as a whole is compressed; nil if that is not known.
    public let costs: PlaceCosts?

    fileprivate init(
        _ making: Making, from ancestor: EntryID? = nil, _ copies: [ByteDiff.Copy] = [],
        _ costs: PlaceCosts? = nil
    ) {
        self.making = making
        self.ancestor = ancestor
        self.copies = copies
        self.costs = costs
    }
}

extension DeltaCreator {
    /// Finds out why an entry costs what it costs: it is matched as for a package, by itself.
    ///
    /// - Parameters:
    ///   - entry: An entry of the new image.
    ///   - level: How old contents are searched.
    ///   - limit: Larger contents are not looked at.
    /// - Returns: How it is made, and what its places cost as far as that can be told.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func explanation(
        of entry: EntryID, level: DeltaLevel, limit: UInt64
    ) async throws -> EntryExplanation {
        let plan = try await plan()
        guard plan.layers.indices.contains(entry.layer),
            new.listings[entry.layer].entries.indices.contains(entry.ordinal)
        else { return EntryExplanation(.unshipped) }
        switch plan.layers[entry.layer].shipment {
        case .same, .repeated: return EntryExplanation(.unshipped)
        case .carried: return EntryExplanation(.withLayer)
        case .recipe: break
        }
        let layer = try await self.plan(ofLayer: entry.layer)
        guard layer.file.spans.indices.contains(entry.ordinal) else { return EntryExplanation(.empty) }
        let span = layer.file.spans[entry.ordinal]
        guard span.contentByteCount > 0 else {
            let known = new.listings[entry.layer].entries[entry.ordinal]
            return EntryExplanation(known.kind == .hardLink ? .link(known.linkTarget) : .empty)
        }
        guard span.contentByteCount <= limit else { return EntryExplanation(.tooLarge) }
        let content = layer.file.tar.part(at: span.contentOffset, byteCount: span.contentByteCount)
        let bytes = try content.read(at: 0, count: Int(span.contentByteCount))
        func costsAsNew() throws -> PlaceCosts {
            let part = MatchedPart.new(byteCount: bytes.count)
            return try Patch([part], old: [], new: bytes, place: PatchPlace()).placeCosts(of: [part])
        }
        switch layer.sources[entry.ordinal] {
        case .reference: return EntryExplanation(.reference)
        case .new: return EntryExplanation(.new, from: nil, [], try costsAsNew())
        case .patch(let ancestor):
            let matcher = LayerMatcher(
                plan: layer, references: references, method: level.matchMethod, keepsHints: false, jobs: 1)
            let (match, trace) = try await matcher.match(entry.ordinal, with: ancestor, traces: true)
            let place = references.place(of: ancestor)
            let id = EntryID(layer: place.layer, ordinal: place.entry)
            let copies = trace?.copies ?? []
            // As a package decides it.
            guard match.estimatedByteCount < UInt64(StreamEstimate.of(bytes)) else {
                return EntryExplanation(.new, from: id, copies, try costsAsNew())
            }
            if case .unpacked = match { return EntryExplanation(.unpackedPatch, from: id) }
            return EntryExplanation(.patch, from: id, copies, trace?.costs)
        }
    }

    /// The old entries that entries of other paths in the new image are patched from: files that were renamed and changed,
    /// as those whose version is in their name.
    ///
    /// - Parameter recipe: How a layer is made.
    /// - Returns: For each such entry of the new image the old one.
    public func renamedAncestors(in recipe: LayerRecipe) -> [EntryID: EntryID] {
        renamed(recipe.ancestors.map { ($0.key, $0.value) }, inLayer: recipe.layer)
    }

    /// The same before the recipe is made: the old entries that entries of other paths resemble.
    ///
    /// - Parameter layer: Index of a layer of the new image.
    /// - Returns: For each such entry of the new image the old one.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func likelyAncestors(ofLayer layer: Int) async throws -> [EntryID: EntryID] {
        let sources = try await plan(ofLayer: layer).sources
        return renamed(
            sources.indices.compactMap { index in
                guard case .patch(let ancestor) = sources[index] else { return nil }
                return (index, ancestor)
            }, inLayer: layer)
    }

    private func renamed(_ pairs: [(entry: Int, ancestor: Int)], inLayer layer: Int) -> [EntryID: EntryID] {
        var ancestors: [EntryID: EntryID] = [:]
        for (index, ordinal) in pairs {
            let place = references.place(of: ordinal)
            guard
                old.listings[place.layer].entries[place.entry].path != new.listings[layer].entries[index].path
            else { continue }
            ancestors[EntryID(layer: layer, ordinal: index)] = EntryID(
                layer: place.layer, ordinal: place.entry)
        }
        return ancestors
    }
}
