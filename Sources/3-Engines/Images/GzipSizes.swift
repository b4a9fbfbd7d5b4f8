import FileIO
public import Shipping
public import Work

/// How large the layers of an image get when gzip compresses them, each found out once.
public struct GzipSizes: Sendable {
    private let figures: [Shared<Figure>]

    /// Sizes that are found out when somebody asks.
    ///
    /// - Parameters:
    ///   - image: The image.
    ///   - jobs: How many parts of a layer to compress at a time.
    public init(_ image: OpenedImage, jobs: Int) {
        figures = image.layers.map { layer in
            Shared { reporter in
                reporter.begin(.comparing, total: layer.tar.byteCount)
                return try await CompressedSize.figure(
                    of: JoinedRegions([layer.tar]), .gzip, jobs: jobs, reporter)
            }
        }
    }

    /// What gzip makes of a layer's uncompressed tar.
    ///
    /// - Parameters:
    ///   - layer: The layer's index.
    ///   - reporter: Told how much of the layer was gone through.
    /// - Returns: An exact figure for a small layer, else an estimate.
    /// - Throws: `FileError` if the image can no longer be read, `CancellationError` when its task was cancelled.
    public func figure(ofLayer layer: Int, _ reporter: Reporter = .silent) async throws -> Figure {
        try await figures[layer].value(reporter)
    }
}
