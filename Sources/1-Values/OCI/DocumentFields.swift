/// An image's document, with the keys that mean something in it.
public protocol ImageDocument: Decodable {
    /// Keys as they are spelled, those of nested objects included.
    static var fields: [String] { get }
}

private let descriptorFields = [
    "mediaType", "digest", "size", "urls", "annotations", "data", "artifactType", "platform", "architecture",
    "os", "os.version", "os.features", "variant",
]

extension IndexDocument: ImageDocument {
    public static let fields = descriptorFields + ["schemaVersion", "manifests", "subject"]
}

extension ManifestDocument: ImageDocument {
    public static let fields = descriptorFields + ["schemaVersion", "config", "layers", "subject"]
}

extension ConfigDocument: ImageDocument {
    public static let fields = [
        "created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs",
        "type", "diff_ids", "history", "created_by", "comment", "empty_layer", "User", "ExposedPorts", "Env",
        "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "ArgsEscaped", "Memory",
        "MemorySwap", "CpuShares", "Healthcheck", "Test", "Interval", "Timeout", "StartPeriod",
        "StartInterval", "Retries", "OnBuild", "Shell", "Hostname", "Domainname", "StopTimeout",
        "NetworkDisabled", "MacAddress", "AttachStdin", "AttachStdout", "AttachStderr", "OpenStdin",
        "StdinOnce",
    ]
}

extension SavedImageDocument: ImageDocument {
    public static let fields = ["Config", "RepoTags", "Layers", "Parent", "LayerSources"]
}

extension [SavedImageDocument]: ImageDocument {
    public static var fields: [String] { SavedImageDocument.fields }
}

/// The `oci-layout` file (OCI image spec, "oci-layout file").
public struct LayoutDocument: ImageDocument, Sendable {
    public static let fields = ["imageLayoutVersion"]

    /// The only version there is.
    public static let version = "1.0.0"

    /// The version of the layout.
    public var imageLayoutVersion: String
}
