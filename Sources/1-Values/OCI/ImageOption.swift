public import Bytes

/// One of several images of an archive, to choose from.
public struct ImageOption: Hashable, Sendable {
    /// What it is called, without its tag; nil if it has no name.
    public let repository: String?
    /// What it runs on.
    public let platform: Platform?
    /// Its id, which chooses it.
    public let imageID: Digest
    /// How it is told from the others.
    public let label: String

    /// An image of an archive.
    ///
    /// - Parameters:
    ///   - name: One of its names, with its tag; nil if it has none.
    ///   - platform: What it runs on.
    ///   - imageID: Its id: the digest of its configuration.
    ///   - label: How it is told from the others.
    public init(name: String?, platform: Platform?, imageID: Digest, label: String) {
        repository = name.map(Self.repository)
        self.platform = platform
        self.imageID = imageID
        self.label = label
    }

    /// A name without its tag: `registry:5000/app:1` is `registry:5000/app`.
    public static func repository(_ name: String) -> String {
        let slash = name.lastIndex(of: "/") ?? name.startIndex
        guard let colon = name[slash...].lastIndex(of: ":") else { return name }
        return String(name[..<colon])
    }
}
