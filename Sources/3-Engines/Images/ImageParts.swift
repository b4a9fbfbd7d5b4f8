import Bytes
import FileIO
import FileTree
import Hashing
import OCI

/// A manifest that was read.
struct ReadManifest {
    let bytes: [UInt8]
    /// nil if it is an index.
    let document: ManifestDocument?

    /// Whether it is an image's, rather than that of a chart, a signature, a list of packages or the like.
    var isImage: Bool {
        guard let document, MediaType.isConfig(document.config.mediaType) else { return false }
        // Signatures borrow the configuration's type; their layers have types of their own.
        return document.layers.isEmpty || document.layers.contains { MediaType.isLayer($0.mediaType) }
    }
}

/// A configuration that was read.
struct ReadConfig {
    let bytes: [UInt8]
    /// What is needed of it to read the image.
    let document: ConfigDocument
    /// All of it.
    let configuration: ImageConfiguration
    /// The platform that it states.
    let platform: Platform?
}

/// A layer's blob in a store.
struct ListedBlob {
    /// The blob; nil for a foreign layer that the store leaves out.
    let region: FileRegion?
    /// Its digest, where the image states it.
    let digest: Digest?
    /// Its size: as stated, if it is not there.
    let byteCount: UInt64
    /// Where a foreign layer can be had.
    let urls: [String]
}

/// All that an image is made of: everything is there, nothing but the documents was read.
struct ImageParts {
    let manifestDigest: Digest?
    let manifest: [UInt8]?
    let configRegion: FileRegion
    let configDigest: Digest
    let configName: String
    let blobs: [ListedBlob]
}

extension ImageCatalog {
    /// Finds all that an image is made of; nil if it is no image but another artifact.
    ///
    /// - Throws: `ImageError.missing` if something is not there, `.unsupported` for what cannot be read, other cases for
    ///   what is damaged.
    mutating func parts(of image: ListedImage) throws -> ImageParts? {
        switch image.place {
        case .index(let descriptor): return try parts(descriptor)
        case .savedList(let saved): return try parts(saved)
        case .otherDigest(let digest): throw ImageError.otherDigest(digest, source: source)
        }
    }

    /// The digest of an image's configuration; nil if it is no image but another artifact.
    ///
    /// A manifest may be listed under thousands of platforms: whether all that it names is there is found out once. The
    /// parts themselves are not kept, since in a folder each of them is an open file.
    ///
    /// - Throws: As `parts(of:)` does.
    mutating func configDigest(of image: ListedImage) throws -> Digest? {
        guard case .index(let descriptor) = image.place else { return try parts(of: image)?.configDigest }
        if let outcome = outcomes[descriptor.digest] { return try outcome.get() }
        let manifest = try manifest(descriptor)
        let outcome = Result { try parts(manifest, descriptor.digest)?.configDigest }
        outcomes[descriptor.digest] = outcome
        return try outcome.get()
    }

    private mutating func parts(_ descriptor: Descriptor) throws -> ImageParts? {
        try parts(manifest(descriptor), descriptor.digest)
    }

    private mutating func manifest(_ descriptor: Descriptor) throws -> ReadManifest {
        if let known = manifests[descriptor.digest] { return known }
        guard let bytes = try bytes(of: descriptor) else {
            throw ImageError.missing(source: source, name: store.naming.name(of: descriptor.digest))
        }
        let manifest = try readManifest(bytes, descriptor, name: descriptor.digest.description)
        manifests[descriptor.digest] = manifest
        return manifest
    }

    private func parts(_ manifest: ReadManifest, _ digest: Digest) throws -> ImageParts? {
        guard manifest.isImage, let document = manifest.document else { return nil }
        let config = document.config
        let configName = store.naming.name(of: config.digest)
        guard let region = try store.blob(config.digest) else {
            throw ImageError.missing(source: source, name: configName)
        }
        try ImageError.check(region.byteCount, against: config, name: configName, source: source)
        // A layer may be listed thousands of times; its file is opened once.
        var regions: [Digest: FileRegion?] = [:]
        return ImageParts(
            manifestDigest: digest, manifest: manifest.bytes, configRegion: region,
            configDigest: config.digest,
            configName: configName,
            blobs: try document.layers.enumerated().map { number, layer in
                let region = try regions[layer.digest] ?? store.blob(layer.digest)
                regions.updateValue(region, forKey: layer.digest)
                return try blob(layer, region, layer: number + 1)
            })
    }

    /// Decodes a manifest.
    func readManifest(_ bytes: [UInt8], _ descriptor: Descriptor, name: String) throws -> ReadManifest {
        let value = try JSONDocument.parse(bytes, fields: ManifestDocument.fields, name: name, source: source)
        if value["fsLayers"] != nil || MediaType.isSchema1(descriptor.mediaType) {
            throw ImageError.unsupported(
                source: source,
                reason: "'\(name)' is a manifest of Docker's old schema 1; pull and save it again")
        }
        guard value["manifests"] == nil else {
            guard value["config"] == nil, value["layers"] == nil, descriptor.mediaType.isEmpty else {
                throw ImageError.damaged(
                    source: source, reason: "'\(name)' is an index and a manifest at once")
            }
            return ReadManifest(bytes: bytes, document: nil)
        }
        let document = try JSONDocument.decodeChecked(
            ManifestDocument.self, bytes, name: name, source: source)
        guard !MediaType.isIndex(document.mediaType ?? "") else {
            throw ImageError.damaged(source: source, reason: "'\(name)' is an index and a manifest at once")
        }
        return ReadManifest(bytes: bytes, document: document)
    }

    private func blob(_ layer: Descriptor, _ region: FileRegion?, layer number: Int) throws -> ListedBlob {
        let type = EscapedText.of(layer.mediaType.utf8, limit: 100)
        guard !layer.mediaType.hasSuffix("+encrypted") else {
            throw ImageError.unsupported(
                source: source,
                reason: "layer \(number) is encrypted (\(type)); decrypt the image first, as skopeo copy can")
        }
        guard MediaType.isTar(layer.mediaType) else {
            throw ImageError.unsupported(
                source: source, reason: "layer \(number) has the type '\(type)', which is no tar")
        }
        let name = store.naming.name(of: layer.digest)
        guard let region else {
            guard MediaType.isForeign(layer.mediaType) || !layer.urls.isEmpty else {
                throw ImageError.missing(source: source, name: name)
            }
            return ListedBlob(
                region: nil, digest: layer.digest, byteCount: layer.size,
                urls: layer.urls.map { EscapedText.of($0.utf8, limit: 300) })
        }
        try ImageError.check(region.byteCount, against: layer, name: name, source: source)
        return ListedBlob(region: region, digest: layer.digest, byteCount: region.byteCount, urls: [])
    }

    private mutating func parts(_ saved: SavedImageDocument) throws -> ImageParts {
        // A layer may be listed hundreds of times; its file is opened once.
        var files: [String: FileRegion] = [:]
        func file(_ name: String, _ what: @autoclosure () -> String) throws -> FileRegion {
            guard !name.isEmpty else { throw ImageError.unnamed(source: source, what: what()) }
            if let known = files[name] { return known }
            guard let path = TreePath(name), let region = try store.file(path) else {
                throw ImageError.missing(source: source, name: EscapedText.of(name.utf8, limit: 200))
            }
            files[name] = region
            return region
        }
        let configName = EscapedText.of(saved.Config.utf8, limit: 200)
        let config = try file(saved.Config, "the configuration")
        // What the file is called means nothing to those who load it: the id is computed.
        let digest =
            try savedConfigs[saved.Config]
            ?? Digest.of(try JSONDocument.bytes(config, name: configName, source: source))
        savedConfigs[saved.Config] = digest
        return ImageParts(
            manifestDigest: nil, manifest: nil, configRegion: config, configDigest: digest,
            configName: configName,
            blobs: try (saved.Layers ?? []).enumerated().map { number, name in
                let region = try file(name, "layer \(number + 1)")
                return ListedBlob(region: region, digest: nil, byteCount: region.byteCount, urls: [])
            })
    }

    /// Reads the configuration of an image.
    func config(of parts: ImageParts) throws -> ReadConfig {
        let bytes = try bytes(parts.configRegion, name: parts.configName)
        let actual = Digest.of(bytes)
        guard actual == parts.configDigest else {
            throw ImageError.wrongDigest(
                source: source, name: parts.configName, expected: parts.configDigest.description,
                actual: actual.description)
        }
        let value = try JSONDocument.parse(
            bytes, fields: ConfigDocument.fields, name: parts.configName, source: source)
        do {
            try value.checkConfigTypes()
        } catch {
            throw ImageError.damaged(source: source, reason: "'\(parts.configName)' \(error)")
        }
        let document = try JSONDocument.decodeChecked(
            ConfigDocument.self, bytes, name: parts.configName, source: source)
        let platform = try JSONDocument.decodeChecked(
            PartialPlatform.self, bytes, name: parts.configName, source: source
        ).platform
        return ReadConfig(
            bytes: bytes, document: document, configuration: ImageConfiguration(document: value),
            platform: platform)
    }
}
