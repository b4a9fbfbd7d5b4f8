import Bytes
import FileIO
public import Images
import OCI
public import Shipping
public import Work

/// What a registry sends for the new image to someone who has the old one: the compressed layers that differ, the manifest
/// and the configuration.
public enum PullEstimate {
    /// Bytes that are sent.
    ///
    /// Layers that are compressed count as they are, others as gzip makes them at its default level. A layer that occurs
    /// twice is sent once. A layer that both images have, compressed to different blobs, is sent again to engines that
    /// know layers by their blobs (Docker with graph drivers, podman), and not to those that know them by their content
    /// (containerd): it counts, and the figure's bounds go down to what is sent without it.
    ///
    /// - Parameters:
    ///   - old: The image that is there.
    ///   - new: The image to pull.
    ///   - jobs: How many parts of a layer to compress at a time.
    ///   - sizes: What gzip makes of the new image's layers, where others ask for that, too.
    ///   - reporter: Told how far each layer has come.
    /// - Returns: The bytes: exact if all of these layers are compressed, and none to a new blob.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public static func figure(
        old: OpenedImage, new: OpenedImage, jobs: Int, sizes: GzipSizes? = nil,
        _ reporter: Reporter = .silent
    ) async throws -> Figure {
        let sizes = sizes ?? GzipSizes(new, jobs: jobs)
        let again = sentAgain(old: old.index.summary, new: new.index.summary)
        guard new.index.summary.imageID != old.index.summary.imageID else { return again }
        var sum = Figure(exact: new.documentByteCount) + again
        for layer in new.layers(lackingIn: old) {
            sum = sum + (try await figure(ofLayer: layer, of: new, sizes, reporter))
        }
        return sum
    }

    /// A first idea of the bytes that are sent, before the layers were read.
    ///
    /// - Parameters:
    ///   - old: The image that is there.
    ///   - new: The image to pull.
    ///   - jobs: How many parts of a layer to compress at a time.
    /// - Returns: The bytes: exact if all of these layers are compressed, or are small.
    /// - Throws: As `figure(old:new:jobs:)` does.
    public static func sketch(old: ImageOutline, new: ImageOutline, jobs: Int) async throws -> Figure {
        let again = sentAgain(old: old.summary, new: new.summary)
        guard new.summary.imageID != old.summary.imageID else { return again }
        var sum = Figure(exact: new.documentByteCount) + again
        var tars: [FileRegion] = []
        for layer in new.layers(lackingIn: old) {
            let summary = new.summary.layers[layer]
            if summary.compression == .none, let tar = new.blobs[layer] {
                tars.append(tar)
            } else {
                sum = sum + Figure(exact: summary.blobByteCount)
            }
        }
        guard !tars.isEmpty else { return sum }
        let sketch = try await CompressionSketch(JoinedRegions(tars), jobs: jobs)
        return sum + CompressedSize.pushed(try await sketch.figure(.gzip))
    }

    /// What is sent of layers that both images have, by another compressor.
    private static func sentAgain(old: ImageSummary, new: ImageSummary) -> Figure {
        let byteCount = new.recompressedByteCount(against: old)
        return byteCount > 0 ? Figure(byteCount, bounds: 0...byteCount) : .zero
    }

    /// What a registry sends of a layer.
    ///
    /// - Parameters:
    ///   - layer: The layer's index.
    ///   - image: The image that has it.
    ///   - sizes: What gzip makes of that image's layers.
    ///   - reporter: Told how far the layer has come.
    /// - Returns: The bytes: exact if the layer is compressed.
    /// - Throws: As `figure(old:new:jobs:)` does.
    public static func figure(
        ofLayer layer: Int, of image: OpenedImage, _ sizes: GzipSizes, _ reporter: Reporter = .silent
    ) async throws -> Figure {
        let summary = image.index.summary.layers[layer]
        guard summary.compression == .none else { return Figure(exact: summary.blobByteCount) }
        return CompressedSize.pushed(try await sizes.figure(ofLayer: layer, reporter))
    }
}
