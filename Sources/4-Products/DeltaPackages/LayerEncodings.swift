import Bytes
import Compression
import Images
import OCI

/// How every blob of the new image is made of its uncompressed layer.
struct LayerEncodings: Sendable {
    /// One for each layer, lowest first.
    let encodings: [DeltaDocument.Encoding]
    /// The layers whose blobs must be carried whole.
    let carried: [Int]

    init(old: OpenedImage, new: OpenedImage) throws {
        var encodings: [DeltaDocument.Encoding] = []
        var carried: [Int] = []
        let oldLayers = old.index.summary.layers
        for (layer, file) in zip(new.index.summary.layers, new.layers) {
            if layer.compression == .none {
                encodings.append(.none)
            } else if oldLayers.contains(where: { $0.diffID == layer.diffID && $0.digest == layer.digest }) {
                encodings.append(.old)
            } else if layer.compression == .gzip,
                let found = try GzipProbe.parameters(of: file.blob, tar: file.tar)
            {
                encodings.append(.gzip(level: found.level, header: Hex.string(found.header.bytes)))
            } else {
                encodings.append(.carried)
                carried.append(layer.index)
            }
        }
        self.encodings = encodings
        self.carried = carried
    }
}
