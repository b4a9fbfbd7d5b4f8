public import Images
import OCI
public import Summary

extension UpdateFacts {
    /// Reads what it takes to sum an update up: lists of packages, and files in which keys could be.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    /// - Throws: `CancellationError` when the task was cancelled. What cannot be read is left out, and that is told.
    public init(old: OpenedImage, new: OpenedImage) throws {
        let oldPackages = try PackageReader(old)
        let newPackages = try PackageReader(new)
        let layers = UnreadLayers(old: old.index.summary.layers, new: new.index.summary.layers)
        let keys = try KeySearch(old: old, new: new)
        self.init(
            old: old.index, new: new.index, pairs: LayerAlignment.align(old.index, new.index),
            oldPackages: oldPackages.inventory, newPackages: newPackages.inventory, keys: keys.found,
            hasAllPackages: oldPackages.isComplete && newPackages.isComplete,
            unreadParts: layers.descriptions + oldPackages.unread.map { "old image: \($0)" }
                + newPackages.unread.map { "new image: \($0)" },
            hasLookedAtAllFiles: keys.isComplete)
    }
}
