import Bytes
import Hashing

/// An OCI layout of several images and other things, described in code.
public struct LayoutBuilder: Sendable {
    public static let manifestType = "application/vnd.oci.image.manifest.v1+json"
    public static let indexType = "application/vnd.oci.image.index.v1+json"

    private var blobs: [Member] = []
    /// What `index.json` lists.
    public var entries: [JSON] = []
    /// Files beside the layout.
    public var others: [Member] = []

    /// A layout of nothing.
    public init() {}

    /// Stores a blob; returns a descriptor of it.
    public mutating func store(_ type: String, _ bytes: [UInt8], _ more: [(String, JSON)] = []) -> JSON {
        let member = Member(blob: bytes)
        if !blobs.contains(where: { $0.name == member.name }) { blobs.append(member) }
        return ImageBuilder.descriptor(type, bytes, more)
    }

    /// Stores an image; returns a descriptor of its manifest.
    public mutating func store(
        _ image: ImageBuilder, _ more: [(String, JSON)] = [], packing: Packing = .plain,
        type: String = manifestType
    ) throws -> JSON {
        for layer in image.layers { _ = store("", try packing.pack(layer.tar)) }
        _ = store("", image.config)
        return store(type, try image.manifest(packing), more)
    }

    /// Stores an index of those descriptors; returns a descriptor of it.
    public mutating func store(index entries: [JSON], type: String = indexType, _ more: [(String, JSON)] = [])
        -> JSON
    {
        store(type, JSON.object([("schemaVersion", 2), ("manifests", .list(entries))]).bytes, more)
    }

    /// Takes a blob out again.
    public mutating func remove(_ bytes: [UInt8]) {
        blobs.removeAll { $0.content == bytes }
    }

    /// A field that names what it stands in.
    public static func name(_ name: String) -> (String, JSON) {
        ("annotations", ["org.opencontainers.image.ref.name": .text(name)])
    }

    /// A field that states a platform.
    public static func platform(_ os: String, _ architecture: String, _ more: [(String, JSON)] = []) -> (
        String, JSON
    ) {
        ("platform", .object([("os", .text(os)), ("architecture", .text(architecture))] + more))
    }

    /// The files of the layout.
    public var members: [Member] {
        let index = JSON.object([("schemaVersion", 2), ("manifests", .list(entries))])
        return [
            Member("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
            Member("index.json", index.bytes),
        ] + blobs + others
    }

    /// The layout as an archive.
    public var archive: [UInt8] { members.map(\.entry).tar }
}
