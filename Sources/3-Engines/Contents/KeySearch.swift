import Bytes
public import FileTree
public import Images
import OCI
public import Summary

/// Looks for keys and certificates that an update brings.
public struct KeySearch {
    /// What files of the new image hold, those that a later layer hides included.
    public private(set) var found: [EntryID: KeyMarkers.Kind] = [:]
    /// Whether all files were looked at in which keys could be.
    public private(set) var isComplete = true

    private static let byteLimit = 1 << 29

    /// Looks through the files whose content the old image does not have.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    /// - Throws: `CancellationError` when the task was cancelled. What cannot be read is left out.
    public init(old: OpenedImage, new: OpenedImage) throws {
        var known: Set<Digest> = []
        for listing in old.index.listings { known.formUnion(listing.entries.compactMap(\.digest)) }
        var budget = Self.byteLimit
        var kinds: [Digest: KeyMarkers.Kind?] = [:]
        for (layer, listing) in new.index.listings.enumerated() {
            for (ordinal, entry) in listing.entries.enumerated() {
                guard entry.kind == .file, entry.size > 0, entry.size <= UInt64(KeyMarkers.byteLimit),
                    let digest = entry.digest, !known.contains(digest)
                else { continue }
                let id = EntryID(layer: layer, ordinal: ordinal)
                if let seen = kinds[digest] {
                    found[id] = seen
                    continue
                }
                try Task.checkCancellation()
                guard budget > 0, let content = try? new.content(of: id, count: KeyMarkers.byteLimit) else {
                    isComplete = false
                    continue
                }
                budget -= content.count
                let kind = KeyMarkers.kind(name: entry.path.name, content: content)
                kinds[digest] = .some(kind)
                found[id] = kind
            }
        }
    }
}
