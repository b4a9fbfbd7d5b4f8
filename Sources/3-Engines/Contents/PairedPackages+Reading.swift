public import FileTree
public import Images
public import Summary

extension PairedPackages {
    /// Reads the packages of two images.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    ///   - tree: Both images' files compared, with nothing ignored, if that is there already.
    /// - Throws: `CancellationError` when the task was cancelled. What cannot be read is left out.
    public init(old: OpenedImage, new: OpenedImage, tree: DiffTree? = nil) throws {
        let oldReader = try tree.map { try PackageReader(old, ImageTree($0, isNew: false)) }
        let newReader = try tree.map { try PackageReader(new, ImageTree($0, isNew: true)) }
        self.init(
            old: try (oldReader ?? PackageReader(old)).inventory,
            new: try (newReader ?? PackageReader(new)).inventory)
    }
}
