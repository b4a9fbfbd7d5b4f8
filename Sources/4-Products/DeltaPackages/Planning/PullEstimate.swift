import Bytes
import FileIO
public import Images
import OCI
public import Shipping

/// What a registry sends for the new image to someone who has the old one: the compressed layers that differ, the manifest
/// and the configuration.
public enum PullEstimate {
    /// Bytes that are sent.
    ///
    /// Layers that are compressed count as they are, others as gzip makes them at its default level. A layer that occurs
    /// twice is sent once.
    ///
    /// - Parameters:
    ///   - old: The image that is there.
    ///   - new: The image to pull.
    ///   - jobs: How many parts of a layer to compress at a time.
    /// - Returns: The bytes: exact if all of these layers are compressed.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public static func figure(old: OpenedImage, new: OpenedImage, jobs: Int) async throws -> Figure {
        guard new.index.summary.imageID != old.index.summary.imageID else { return Figure(exact: 0) }
        var sum = Figure(exact: new.documentByteCount)
        for layer in new.layers(lackingIn: old) {
            sum = sum + (try await figure(ofLayer: layer, of: new, jobs: jobs))
        }
        return sum
    }

    /// What a registry sends of a layer.
    ///
    /// - Parameters:
    ///   - layer: The layer's index.
    ///   - image: The image that has it.
    ///   - jobs: How many parts of it to compress at a time.
    /// - Returns: The bytes: exact if the layer is compressed.
    /// - Throws: As `figure(old:new:jobs:)` does.
    public static func figure(ofLayer layer: Int, of image: OpenedImage, jobs: Int) async throws -> Figure {
        let summary = image.index.summary.layers[layer]
        guard summary.compression == .none else { return Figure(exact: summary.blobByteCount) }
        let figure = try await CompressedSize.figure(
            of: JoinedRegions([image.layers[layer].tar]), .gzip, jobs: jobs)
        // Registries' clients have encoders of their own, which make no less.
        let most = Double(figure.bounds.upperBound) * Self.encoderSpread
        return Figure(figure.byteCount, bounds: figure.bounds.lowerBound...UInt64(most))
    }

    /// By how much other encoders of gzip are above zlib at the default level, at most: measured, see docs/ROUTES.md.
    private static let encoderSpread = 1.052
}
