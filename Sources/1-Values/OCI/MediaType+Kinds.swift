extension MediaType {
    /// Docker's manifest of one image, schema 2.
    public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

    /// Whether a descriptor of that type may point at one image's manifest; some writers leave the type out.
    public static func isManifest(_ type: String) -> Bool {
        type.isEmpty || type == ociManifest || type == dockerManifest || isSchema1(type)
    }

    /// Whether it is Docker's manifest before 2016, which lists no configuration.
    public static func isSchema1(_ type: String) -> Bool {
        type.hasPrefix("application/vnd.docker.distribution.manifest.v1+")
    }

    /// Whether a configuration of that type is an image's, rather than that of a chart or another artifact.
    public static func isConfig(_ type: String) -> Bool {
        [ociConfig, "application/vnd.docker.container.image.v1+json", "application/octet-stream", ""]
            .contains(type)
    }

    /// Whether a layer of that type is an image's, however it is stored.
    public static func isLayer(_ type: String) -> Bool {
        type.isEmpty || type == "application/octet-stream"
            || type.hasPrefix("application/vnd.oci.image.layer.")
            || type.hasPrefix("application/vnd.docker.image.rootfs.")
    }

    /// Whether a layer of that type is a tar, perhaps compressed.
    public static func isTar(_ type: String) -> Bool {
        type.isEmpty || type == "application/octet-stream" || type.contains(".tar")
    }

    /// The type of a layer that is stored in some compression.
    public static func layer(_ compression: LayerCompression, isDocker: Bool) -> String {
        let type =
            isDocker
            ? "application/vnd.docker.image.rootfs.diff.tar" : "application/vnd.oci.image.layer.v1.tar"
        return switch compression {
        case .none: type
        case .gzip, .zstd, .xz, .bzip2: "\(type)\(isDocker ? "." : "+")\(compression.rawValue)"
        }
    }

    /// The type of a layer in a manifest of Docker or of OCI.
    ///
    /// - Parameters:
    ///   - type: Its type in another manifest. Where that is of the other family, which programs refuse, it is translated.
    ///   - compression: How it is stored.
    ///   - isDocker: Whether the manifest is Docker's.
    /// - Returns: The type to write.
    public static func layer(_ type: String, _ compression: LayerCompression, isDocker: Bool) -> String {
        guard type.hasPrefix(isDocker ? "application/vnd.oci." : "application/vnd.docker.") else {
            return type
        }
        let plain = layer(compression, isDocker: isDocker)
        guard isForeign(type) else { return plain }
        return isDocker
            ? plain.replacing(".rootfs.diff.", with: ".rootfs.foreign.diff.")
            : plain.replacing(".layer.v1.", with: ".layer.nondistributable.v1.")
    }

    /// Whether a layer of that type may be left out of a store: its maker does not let others pass it on.
    public static func isForeign(_ type: String) -> Bool {
        type.contains(".nondistributable.") || type.contains(".rootfs.foreign.")
    }
}
