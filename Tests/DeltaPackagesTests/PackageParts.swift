import Bytes
import FileIO
import Foundation
import Hashing
import Images
import TestSupport

/// A package taken apart, so that its documents can say something else.
struct PackageParts {
    private(set) var blobs: [Digest: [UInt8]] = [:]
    /// What the index lists.
    var listed: [[String: Any]] = []

    init(_ path: String) throws {
        var plain: [UInt8] = []
        try BlobReader.forEachPart(of: FileRegion(try RandomAccessFile(path: path)), limit: 1 << 24) {
            plain += $0
        }
        for part in try LayerParts(plain).parts {
            if part.name.starts(with: "blobs/".utf8) {
                blobs[Digest.of(part.content)] = part.content
            } else if part.name.elementsEqual("index.json".utf8) {
                listed = try Self.object(part.content)["manifests"] as? [[String: Any]] ?? []
            }
        }
    }

    private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    /// Adds a blob; returns its descriptor.
    mutating func add(_ blob: [UInt8], mediaType: String) -> [String: Any] {
        blobs[Digest.of(blob)] = blob
        return ["mediaType": mediaType, "digest": Digest.of(blob).description, "size": blob.count]
    }

    /// Adds a JSON document; returns its descriptor.
    mutating func add(_ object: [String: Any], mediaType: String) throws -> [String: Any] {
        add(
            Array(try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])),
            mediaType: mediaType)
    }

    private func object(of descriptor: Any?) throws -> [String: Any] {
        guard let digest = (descriptor as? [String: Any])?["digest"] as? String,
            let bytes = Digest(digest).flatMap({ blobs[$0] })
        else { return [:] }
        return try Self.object(bytes)
    }

    /// Changes the manifest of the first delta.
    mutating func changeManifest(_ body: (inout [String: Any]) throws -> Void) throws {
        var manifest = try object(of: listed.first)
        try body(&manifest)
        let descriptor = try add(manifest, mediaType: "application/vnd.oci.image.manifest.v1+json")
        listed[0].merge(descriptor) { $1 }
    }

    /// Changes the document of the first delta.
    mutating func changeDocument(_ body: (inout [String: Any]) throws -> Void) throws {
        var document = try object(of: object(of: listed.first)["config"])
        try body(&document)
        let descriptor = try add(document, mediaType: "application/vnd.silt.delta.v1+json")
        try changeManifest { $0["config"] = descriptor }
    }

    /// Changes a layer of the first delta's document.
    mutating func changeLayer(_ index: Int, _ body: (inout [String: Any]) -> Void) throws {
        try changeDocument { document in
            var new = document["new"] as? [String: Any] ?? [:]
            var layers = new["layers"] as? [[String: Any]] ?? []
            body(&layers[index])
            new["layers"] = layers
            document["new"] = new
        }
    }

    /// Adds what another package lists and holds.
    mutating func add(_ other: PackageParts) {
        listed += other.listed
        blobs.merge(other.blobs) { $1 }
    }

    /// The package's bytes, uncompressed.
    func bytes() throws -> [UInt8] {
        let index = try JSONSerialization.data(
            withJSONObject: ["schemaVersion": 2, "manifests": listed] as [String: Any], options: [.sortedKeys]
        )
        let members = [Member("index.json", Array(index))] + blobs.values.map { Member(blob: $0) }
        return members.map(\.entry).tar
    }
}
