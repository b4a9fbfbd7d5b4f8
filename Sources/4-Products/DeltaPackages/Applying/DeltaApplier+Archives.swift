import Bytes
import FileIO
import Images
import OCI

/// The members of archives other than the package's own.
extension DeltaApplier {
    func ociMembers() throws -> [ImageArchiveWriter.Member] {
        // A foreign layer that no image held is left out, as it was.
        let listed = Set(images.filter { $0.manifestDigest != nil }.flatMap(\.layers)).sorted()
        let blobs = listed.filter { !isAbsent($0) }.map { index in
            ImageArchiveWriter.Member(
                BlobNaming.oci.name(of: document.new.layers[index].digest),
                byteCount: document.new.layers[index].blobByteCount,
                emit: { try emitBlob(index, checks: true, $0) })
        }
        // Of an image that no manifest lists, the configuration alone names layers: as they are uncompressed.
        let unlisted = Set(images.filter { $0.manifestDigest == nil }.flatMap(\.layers)).sorted()
        try checkPresence(
            unlisted, "an image that has no manifest gets one of its unpacked layers, which must be there")
        let tars = unlisted.map { index in
            ImageArchiveWriter.Member(
                BlobNaming.oci.name(of: document.new.layers[index].diffID),
                byteCount: document.new.layers[index].byteCount,
                emit: { try emitTar(index, checks: true, $0) })
        }
        let names = Set(blobs.map(\.name))
        let images = try images.map { image in
            let config = try bytes(ofDocument: image.imageID)
            let manifest = try image.manifestDigest.map(bytes(ofDocument:)) ?? newManifest(of: image, config)
            return ImageArchiveWriter.OCIImage(
                manifest: manifest, config: config,
                names: image.names, platform: image.platform.flatMap { Platform($0) },
                layers: image.layers.contains(where: isAbsent)
                    ? nil
                    : image.layers.map { index in
                        let layer = document.new.layers[index]
                        return image.manifestDigest == nil ? layer.diffID : layer.digest
                    })
        }
        return try ImageArchiveWriter.ociMembers(
            images, layers: blobs + tars.filter { !names.contains($0.name) })
    }

    /// The manifest of an image that its archive has none for: `docker save` before version 25 and podman write none.
    private func newManifest(of image: DeltaDocument.Image, _ config: [UInt8]) throws -> [UInt8] {
        try checkLayers(of: image, config)
        return try StableJSON.encode(
            ManifestDocument(
                mediaType: MediaType.ociManifest,
                config: Descriptor(
                    mediaType: MediaType.ociConfig, digest: image.imageID, size: UInt64(config.count)),
                layers: image.layers.map { index in
                    let layer = document.new.layers[index]
                    return Descriptor(
                        mediaType: MediaType.layer(.none, isDocker: false), digest: layer.diffID,
                        size: layer.byteCount)
                }))
    }

    private func isAbsent(_ index: Int) -> Bool {
        oldLayers[document.new.layers[index].diffID]?.isAbsent ?? false
    }

    func dockerMembers() throws -> [ImageArchiveWriter.Member] {
        try checkPresence(layers, "a docker archive must hold it")
        let files = layers.map { index in
            ImageArchiveWriter.Member(
                layerName(index), byteCount: document.new.layers[index].byteCount,
                emit: { try emitTar(index, checks: true, $0) })
        }
        let images = try images.map { image in
            let config = try bytes(ofDocument: image.imageID)
            try checkLayers(of: image, config)
            return ImageArchiveWriter.SavedImage(
                config: config, names: image.names, layers: image.layers.map(layerName))
        }
        return try ImageArchiveWriter.dockerMembers(images, layers: files)
    }

    /// Checks that an archive can hold all of these layers, and says why it must if not.
    private func checkPresence(_ layers: [Int], _ reason: String) throws {
        guard let foreign = layers.first(where: isAbsent) else { return }
        throw PackageError.noSuchOutput(
            reason: "layer \(foreign + 1) is foreign and in neither image, but \(reason)")
    }

    /// Checks that a configuration lists the layers that an image has.
    private func checkLayers(of image: DeltaDocument.Image, _ config: [UInt8]) throws {
        let listed = try JSONBytes.decode(ConfigDocument.self, config).rootfs.diff_ids ?? []
        guard listed == image.layers.map({ document.new.layers[$0].diffID.description }) else {
            throw PackageError.damaged(
                path: package.path, reason: "its image's configuration lists other layers")
        }
    }

    private func layerName(_ index: Int) -> String { "\(document.new.layers[index].diffID.hex).tar" }

    private func bytes(ofDocument digest: Digest) throws -> [UInt8] {
        let region = try package.region(digest)
        guard region.byteCount <= 4 << 20 else { throw sizeMismatch("a document") }
        return try region.read(at: 0, count: Int(region.byteCount))
    }
}
