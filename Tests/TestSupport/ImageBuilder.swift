public import Bytes
import Hashing

/// An image described in code; `members` gives it the form of any tool that saves images.
public struct ImageBuilder: Sendable {
    /// A layer: its tar and the command that made it.
    public struct Layer: Sendable {
        public var tar: [UInt8]
        public var createdBy: String

        /// A layer of those entries.
        public init(_ createdBy: String, _ entries: [TarEntry]) {
            self.createdBy = createdBy
            tar = entries.tar
        }

        /// A layer of any bytes.
        public init(_ createdBy: String, tar: [UInt8]) {
            self.createdBy = createdBy
            self.tar = tar
        }

        /// The digest of the tar.
        public var diffID: Digest { Digest.of(tar) }
    }

    public var name = "example.org/app:1"
    public var architecture = "amd64"
    public var created = "2026-11-01T09:00:00Z"
    public var layers: [Layer]
    /// What to take as configuration, whatever the layers are.
    public var otherConfig: [UInt8]?

    /// An image of those layers, lowest first.
    public init(_ layers: [Layer], name: String = "example.org/app:1") {
        self.layers = layers
        self.name = name
    }

    /// The configuration's bytes.
    public var config: [UInt8] { otherConfig ?? config(diffIDs: layers.map(\.diffID.description)) }

    /// The configuration with any diff ids.
    public func config(diffIDs: [String]) -> [UInt8] {
        JSON.object([
            ("architecture", .text(architecture)), ("os", "linux"), ("created", .text(created)),
            ("config", ["Env": ["PATH=/usr/bin:/bin"], "Cmd": ["sh"]]),
            ("rootfs", .object([("type", "layers"), ("diff_ids", .list(diffIDs.map { .text($0) }))])),
            (
                "history",
                .list(
                    layers.flatMap { layer in
                        // A step without a layer stands between the others, as in real images.
                        [
                            ["created_by": .text(layer.createdBy)],
                            ["created_by": "ENV A=1", "empty_layer": true],
                        ]
                    })
            ),
        ]).bytes
    }

    /// The image's id: the digest of its configuration.
    public var imageID: Digest { Digest.of(config) }
}

/// The forms in which tools save images.
public enum Layout: String, CaseIterable, Sendable {
    /// `docker save` before version 25: a folder for each layer.
    case dockerLegacy
    /// `skopeo copy docker-archive:`: `HEX.tar` and a link to it from each layer's folder.
    case dockerSkopeo
    /// `docker save` since version 25: an OCI layout with a `manifest.json`.
    case docker25
    /// `skopeo copy oci-archive:`, `podman save --format oci-archive`.
    case ociArchive
    /// `ctr images export`: an index of platforms and attestations inside the index.
    case containerd
    /// A folder in the OCI layout.
    case ociFolder
    /// `skopeo copy dir:`: a folder with a manifest, and blobs named by their digests alone.
    case dirFolder

    /// The forms that are one file.
    public static let files = allCases.filter { !$0.isFolder }
    /// Whether the form is a folder.
    public var isFolder: Bool { self == .ociFolder || self == .dirFolder }
    /// Whether the form keeps the image's name.
    public var hasNames: Bool { self != .dirFolder }
    /// Whether the form has OCI manifests.
    public var hasManifest: Bool { self != .dockerLegacy && self != .dockerSkopeo }
}

/// A file of a saved image.
public struct Member: Sendable {
    public var name: String
    public var content: [UInt8]
    /// The target if it is a symbolic link.
    public var link: String?

    /// A file.
    public init(_ name: String, _ content: [UInt8]) {
        self.name = name
        self.content = content
    }

    /// A file named by its digest.
    public init(blob content: [UInt8]) { self.init("blobs/sha256/\(Digest.of(content).hex)", content) }

    /// A symbolic link.
    public init(_ name: String, link: String) {
        self.name = name
        content = []
        self.link = link
    }

    /// It as an entry of a tar.
    public var entry: TarEntry {
        if name.hasSuffix("/") { return .directory(name) }
        return link.map { .symlink(name, to: $0) } ?? .file(name, content)
    }
}

extension ImageBuilder {
    /// The files of the saved image.
    public func members(_ layout: Layout, _ packing: Packing = .plain) throws -> [Member] {
        let blobs = try layers.map { try packing.pack($0.tar) }
        switch layout {
        case .dockerLegacy: return legacy(blobs)
        case .dockerSkopeo: return skopeo(blobs)
        case .docker25:
            return oci(
                blobs, packing,
                annotations: [
                    "io.containerd.image.name": .text(name), "org.opencontainers.image.ref.name": "1",
                ])
                + [
                    savedManifest(
                        "blobs/sha256/\(imageID.hex)", blobs.map { "blobs/sha256/\(Digest.of($0).hex)" })
                ]
        case .ociArchive, .ociFolder:
            return oci(blobs, packing, annotations: ["org.opencontainers.image.ref.name": .text(name)])
        case .containerd: return containerd(blobs, packing)
        case .dirFolder:
            return Self.unique(
                [
                    Member("version", Array("Directory Transport Version: 1.1\n".utf8)),
                    Member("manifest.json", manifest(blobs, packing)),
                ] + ([config] + blobs).map { Member(Digest.of($0).hex, $0) })
        }
    }

    /// The saved image as one file.
    public func archive(_ layout: Layout, _ packing: Packing = .plain, outer: Packing = .plain) throws
        -> [UInt8]
    {
        try outer.pack(try members(layout, packing).map(\.entry).tar)
    }

    /// Writes the saved image as a file, or as a folder where it is one; returns its path.
    public func save(
        _ layout: Layout, _ packing: Packing = .plain, outer: Packing = .plain, to name: String,
        in scratch: Scratch
    ) throws -> String {
        guard layout.isFolder else {
            return try scratch.write(name, try archive(layout, packing, outer: outer))
        }
        for member in try members(layout, packing) where !member.name.hasSuffix("/") {
            try scratch.write("\(name)/\(member.name)", member.content)
        }
        return scratch.path(name)
    }

    /// The image's manifest for an OCI layout.
    public func manifest(_ packing: Packing = .plain) throws -> [UInt8] {
        manifest(try layers.map { try packing.pack($0.tar) }, packing)
    }

    // MARK: - Parts

    private func savedManifest(_ config: String, _ layers: [String]) -> Member {
        Member(
            "manifest.json",
            JSON.list([
                .object([
                    ("Config", .text(config)), ("RepoTags", [.text(name)]),
                    ("Layers", .list(layers.map { .text($0) })),
                ])
            ]).bytes)
    }

    private func legacy(_ blobs: [[UInt8]]) -> [Member] {
        let folders = blobs.indices.map { Digest.of(Array("\($0)".utf8) + layers[$0].diffID.bytes).hex }
        let files = zip(folders, blobs).flatMap { folder, blob in
            [
                Member(folder + "/", []), Member("\(folder)/VERSION", Array("1.0".utf8)),
                Member("\(folder)/json", JSON.object([("id", .text(folder))]).bytes),
                Member("\(folder)/layer.tar", blob),
            ]
        }
        return files + [
            Member("\(imageID.hex).json", config),
            savedManifest("\(imageID.hex).json", folders.map { "\($0)/layer.tar" }),
            Member("repositories", JSON.object([("app", ["1": "none"])]).bytes),
        ]
    }

    private func skopeo(_ blobs: [[UInt8]]) -> [Member] {
        var files: [Member] = []
        var names: [String] = []
        for (layer, blob) in zip(layers, blobs) {
            let name = "\(layer.diffID.hex).tar"
            // A layer that comes twice is stored once.
            if !names.contains(name) {
                let folder = Digest.of(layer.diffID.bytes).hex
                files += [Member(name, blob), Member("\(folder)/layer.tar", link: "../\(name)")]
            }
            names.append(name)
        }
        return files + [Member("\(imageID.hex).json", config), savedManifest("\(imageID.hex).json", names)]
    }

    /// A descriptor of a blob.
    public static func descriptor(
        _ type: String, _ blob: [UInt8], _ more: [(String, JSON)] = []
    ) -> JSON {
        .object(
            [
                ("mediaType", .text(type)), ("digest", .text("\(Digest.of(blob))")),
                ("size", .number(blob.count)),
            ] + more)
    }

    private func manifest(_ blobs: [[UInt8]], _ packing: Packing) -> [UInt8] {
        JSON.object([
            ("schemaVersion", 2), ("mediaType", "application/vnd.oci.image.manifest.v1+json"),
            ("config", Self.descriptor("application/vnd.oci.image.config.v1+json", config)),
            (
                "layers",
                .list(
                    blobs.map {
                        Self.descriptor(
                            "application/vnd.oci.image.layer.v1.tar" + packing.mediaTypeSuffix, $0)
                    })
            ),
        ]).bytes
    }

    /// Removes what comes twice: blobs are stored once.
    private static func unique(_ members: [Member]) -> [Member] {
        var seen: Set<String> = []
        return members.filter { seen.insert($0.name).inserted }
    }

    private func oci(_ blobs: [[UInt8]], _ packing: Packing, annotations: JSON) -> [Member] {
        let manifest = manifest(blobs, packing)
        let index = JSON.object([
            ("schemaVersion", 2), ("mediaType", "application/vnd.oci.image.index.v1+json"),
            (
                "manifests",
                [
                    Self.descriptor(
                        "application/vnd.oci.image.manifest.v1+json", manifest, [("annotations", annotations)]
                    )
                ]
            ),
        ]).bytes
        return Self.unique(
            [
                Member("blobs/", []), Member("blobs/sha256/", []), Member(blob: config),
                Member(blob: manifest),
            ] + blobs.map { Member(blob: $0) } + [
                Member("index.json", index),
                Member("oci-layout", JSON.object([("imageLayoutVersion", "1.0.0")]).bytes),
            ])
    }

    private func containerd(_ blobs: [[UInt8]], _ packing: Packing) -> [Member] {
        let manifest = manifest(blobs, packing)
        let attestation = JSON.object([
            ("schemaVersion", 2), ("mediaType", "application/vnd.oci.image.manifest.v1+json"),
            ("config", Self.descriptor("application/vnd.oci.image.config.v1+json", Array("{}".utf8))),
            ("layers", []),
        ]).bytes
        let type = "application/vnd.oci.image.manifest.v1+json"
        let nested = JSON.object([
            ("schemaVersion", 2), ("mediaType", "application/vnd.oci.image.index.v1+json"),
            (
                "manifests",
                [
                    Self.descriptor(
                        type, manifest, [("platform", ["architecture": .text(architecture), "os": "linux"])]),
                    // A platform that was not saved: its manifest is not in the archive.
                    Self.descriptor(
                        type, Array("elsewhere".utf8),
                        [("platform", ["architecture": "riscv64", "os": "linux"])]),
                    Self.descriptor(
                        type, attestation,
                        [
                            ("annotations", ["vnd.docker.reference.type": "attestation-manifest"]),
                            ("platform", ["architecture": "unknown", "os": "unknown"]),
                        ]),
                ]
            ),
        ]).bytes
        let index = JSON.object([
            ("schemaVersion", 2),
            (
                "manifests",
                [
                    Self.descriptor(
                        "application/vnd.oci.image.index.v1+json", nested,
                        [
                            (
                                "annotations",
                                [
                                    "io.containerd.image.name": .text(name),
                                    "org.opencontainers.image.ref.name": "1",
                                ]
                            )
                        ])
                ]
            ),
        ]).bytes
        return Self.unique(
            [
                Member("oci-layout", JSON.object([("imageLayoutVersion", "1.0.0")]).bytes),
                Member("index.json", index),
                Member(blob: nested), Member(blob: manifest), Member(blob: attestation), Member(blob: config),
            ] + blobs.map { Member(blob: $0) } + [
                savedManifest(
                    "blobs/sha256/\(imageID.hex)", blobs.map { "blobs/sha256/\(Digest.of($0).hex)" })
            ])
    }
}
