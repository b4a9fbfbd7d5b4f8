public import Images
public import Summary

extension PairedPackages {
    /// Reads the packages of two images.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    /// - Throws: `CancellationError` when the task was cancelled. What cannot be read is left out.
    public init(old: OpenedImage, new: OpenedImage) throws {
        self.init(old: try PackageReader(old).inventory, new: try PackageReader(new).inventory)
    }
}
