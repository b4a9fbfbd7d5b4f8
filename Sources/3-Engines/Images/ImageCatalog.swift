import Bytes
import FileTree
import FileIO
import Hashing
import OCI

/// One image that a store holds, before its layers are read.
struct ListedImage {
    /// Its names and tags.
    var names: [String]
    /// What it runs on, if that is known.
    var platform: Platform?
    /// Digest of its manifest, if it has one.
    var manifestDigest: Digest?
    /// The manifest's bytes, if it has one.
    var manifest: [UInt8]?
    /// The configuration.
    var config: [UInt8]
    /// The decoded configuration.
    var configDocument: ConfigDocument
    /// The layers' blobs, lowest first, with their digests where the image names them.
    var blobs: [(region: FileRegion, digest: Digest?, name: String)]
}

/// Finds the images in a store.
struct ImageCatalog {
    let store: any BlobStore
    private var source: String { store.source }

    /// All images of the store; attestations and images whose manifest is not there are left out.
    func find() throws -> [ListedImage] {
        let candidates: [ListedImage]
        if store.naming == .hexadecimal, let manifest = try document("manifest.json") {
            candidates = [try dirCandidate(manifest)]
        } else if let index = try document("index.json") {
            candidates = try ociCandidates(index)
        } else if let saved = try document("manifest.json") {
            candidates = try savedCandidates(saved)
        } else {
            throw ImageError.notAnImage(
                source: source, reason: "neither 'index.json' nor 'manifest.json' is in it")
        }
        guard !candidates.isEmpty else {
            throw ImageError.notAnImage(source: source, reason: "it lists no image")
        }
        return candidates
    }

    private func document(_ name: String) throws -> [UInt8]? {
        guard let path = TreePath(name), let region = try store.file(path) else { return nil }
        return try JSONDocument.bytes(region, name: name, source: source)
    }

    // MARK: - OCI image layout

    /// How many images a `docker save` archive may list.
    private static let savedLimit = 1_000
    /// How many manifests and indexes are looked at.
    private static let visitLimit = 1_000

    /// A manifest or index under the names that led to it.
    private struct Visit: Hashable {
        let digest: Digest
        let names: [String]
    }

    private func ociCandidates(_ index: [UInt8]) throws -> [ListedImage] {
        let document = try JSONDocument.decode(IndexDocument.self, index, name: "index.json", source: source)
        var candidates: [ListedImage] = []
        var order: [Digest: Int] = [:]
        var seen: Set<Visit> = []
        var missing: Descriptor?
        var pending = document.manifests.reversed().map { (descriptor: $0, names: names(of: $0), depth: 0) }
        while let (descriptor, names, depth) = pending.popLast() {
            if isAttestation(descriptor) { continue }
            if let known = order[descriptor.digest] {
                candidates[known].names += names.filter { !candidates[known].names.contains($0) }
                continue
            }
            // An index that lists another twice, and that a third, …, would otherwise take for ever.
            guard seen.insert(Visit(digest: descriptor.digest, names: names)).inserted else { continue }
            guard seen.count <= Self.visitLimit else {
                throw ImageError.damaged(source: source, reason: "its indexes list too many images")
            }
            guard let region = try store.blob(descriptor.digest) else {
                missing = missing ?? descriptor
                continue
            }
            let bytes = try checkedDocument(descriptor, region)
            let name = descriptor.digest.description
            if MediaType.isIndex(descriptor.mediaType) {
                guard depth < 8 else {
                    throw ImageError.damaged(source: source, reason: "its indexes are nested too deeply")
                }
                let nested = try JSONDocument.decode(IndexDocument.self, bytes, name: name, source: source)
                pending += nested.manifests.reversed().map { ($0, names + self.names(of: $0), depth + 1) }
                continue
            }
            let manifest = try JSONDocument.decode(ManifestDocument.self, bytes, name: name, source: source)
            if manifest.artifactType != nil || manifest.config.mediaType == MediaType.ociEmpty { continue }
            order[descriptor.digest] = candidates.count
            candidates.append(try candidate(manifest, bytes, descriptor, names))
        }
        // A multi-platform index may name manifests that were not saved; only if nothing is left that is an error.
        if candidates.isEmpty, let missing {
            throw ImageError.missing(source: source, name: store.naming.name(of: missing.digest))
        }
        return candidates
    }

    /// The one image of a `dir:` folder, which has no name.
    private func dirCandidate(_ bytes: [UInt8]) throws -> ListedImage {
        let manifest = try JSONDocument.decode(
            ManifestDocument.self, bytes, name: "manifest.json", source: source)
        let descriptor = Descriptor(
            mediaType: manifest.mediaType ?? MediaType.ociManifest, digest: Digest.of(bytes),
            size: UInt64(bytes.count))
        return try candidate(manifest, bytes, descriptor, [])
    }

    private func candidate(
        _ manifest: ManifestDocument, _ bytes: [UInt8], _ descriptor: Descriptor, _ names: [String]
    ) throws -> ListedImage {
        guard let configRegion = try store.blob(manifest.config.digest) else {
            throw ImageError.missing(source: source, name: store.naming.name(of: manifest.config.digest))
        }
        let config = try checkedDocument(manifest.config, configRegion)
        let document = try JSONDocument.decode(
            ConfigDocument.self, config, name: manifest.config.digest.description, source: source)
        let blobs = try manifest.layers.map { layer in
            let name = store.naming.name(of: layer.digest)
            guard let region = try store.blob(layer.digest) else {
                throw ImageError.missing(source: source, name: name)
            }
            guard region.byteCount == layer.size else {
                throw ImageError.damaged(
                    source: source,
                    reason: "'\(name)' has \(region.byteCount) bytes, but its manifest says \(layer.size)")
            }
            return (region: region, digest: Optional(layer.digest), name: name)
        }
        return ListedImage(
            names: names, platform: descriptor.platform ?? document.platform,
            manifestDigest: descriptor.digest,
            manifest: bytes, config: config, configDocument: document, blobs: blobs)
    }

    private func checkedDocument(_ descriptor: Descriptor, _ region: FileRegion) throws -> [UInt8] {
        let name = store.naming.name(of: descriptor.digest)
        let bytes = try JSONDocument.bytes(region, name: name, source: source)
        let actual = Digest.of(bytes)
        guard actual == descriptor.digest else {
            throw ImageError.wrongDigest(
                source: source, name: name, expected: descriptor.digest.description,
                actual: actual.description)
        }
        return bytes
    }

    /// BuildKit stores provenance beside the image under a platform that is none.
    private func isAttestation(_ descriptor: Descriptor) -> Bool {
        descriptor.annotations["vnd.docker.reference.type"] != nil
            || descriptor.platform.map { $0.os == "unknown" && $0.architecture == "unknown" } ?? false
    }

    /// containerd writes the full name beside the OCI annotation, which then holds the tag alone.
    private func names(of descriptor: Descriptor) -> [String] {
        let keys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"]
        return keys.compactMap { descriptor.annotations[$0] }.prefix(1).map {
            EscapedText.of($0.utf8, limit: 300)
        }
    }

    // MARK: - docker save

    private func savedCandidates(_ bytes: [UInt8]) throws -> [ListedImage] {
        let saved = try JSONDocument.decode(
            [SavedImageDocument].self, bytes, name: "manifest.json", source: source)
        guard saved.count <= Self.savedLimit else {
            throw ImageError.damaged(source: source, reason: "it lists too many images")
        }
        var configs: [String: (bytes: [UInt8], document: ConfigDocument)] = [:]
        return try saved.map { image in
            let known = try configs[image.Config] ?? savedConfig(image.Config)
            configs[image.Config] = known
            let (config, document) = known
            let blobs = try (image.Layers ?? []).map { layer in
                let name = EscapedText.of(layer.utf8, limit: 200)
                guard let path = TreePath(layer), let region = try store.file(path) else {
                    throw ImageError.missing(source: source, name: name)
                }
                let digest = layer.hasPrefix("blobs/sha256/") ? Digest(hex: layer.dropFirst(13)) : nil
                return (region: region, digest: digest, name: name)
            }
            return ListedImage(
                names: (image.RepoTags ?? []).map { EscapedText.of($0.utf8, limit: 300) },
                platform: document.platform,
                config: config, configDocument: document, blobs: blobs)
        }
    }

    /// A configuration is named by its digest: `HEX.json` or `blobs/sha256/HEX`.
    private func savedConfig(_ name: String) throws -> (bytes: [UInt8], document: ConfigDocument) {
        let shown = EscapedText.of(name.utf8, limit: 200)
        guard let path = TreePath(name), let region = try store.file(path) else {
            throw ImageError.missing(source: source, name: shown)
        }
        let bytes = try JSONDocument.bytes(region, name: shown, source: source)
        let stem = String(decoding: path.name, as: UTF8.self).split(separator: ".").first ?? ""
        if let expected = Digest(hex: stem) {
            let actual = Digest.of(bytes)
            guard actual == expected else {
                throw ImageError.wrongDigest(
                    source: source, name: shown, expected: expected.description, actual: actual.description)
            }
        }
        return (bytes, try JSONDocument.decode(ConfigDocument.self, bytes, name: shown, source: source))
    }
}
