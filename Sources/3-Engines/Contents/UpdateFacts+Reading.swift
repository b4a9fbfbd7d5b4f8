public import FileTree
public import Images
public import OCI
public import Summary

extension UpdateFacts {
    /// Reads what it takes to sum an update up: lists of packages, and files in which keys could be.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    ///   - tree: Both images' files compared, with nothing ignored.
    ///   - pairs: Which of their layers belong together, if that is known.
    /// - Throws: `CancellationError` when the task was cancelled. What cannot be read is left out, and that is told.
    public init(old: OpenedImage, new: OpenedImage, tree: DiffTree, pairs: [LayerPair]? = nil) throws {
        let oldPackages = try PackageReader(old, ImageTree(tree, isNew: false))
        let newPackages = try PackageReader(new, ImageTree(tree, isNew: true))
        let layers = UnreadLayers(old: old.index.summary.layers, new: new.index.summary.layers)
        let keys = try KeySearch(old: old, new: new)
        self.init(
            old: old.index, new: new.index, pairs: pairs ?? LayerAlignment.align(old.index, new.index),
            oldPackages: oldPackages.inventory, newPackages: newPackages.inventory, keys: keys.found,
            hasAllPackages: oldPackages.isComplete && newPackages.isComplete,
            unreadParts: layers.descriptions + oldPackages.unread.map { "old image: \($0)" }
                + newPackages.unread.map { "new image: \($0)" },
            hasLookedAtAllFiles: keys.isComplete)
    }
}
