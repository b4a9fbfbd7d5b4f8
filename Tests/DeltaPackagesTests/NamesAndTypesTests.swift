import Bytes
@testable import DeltaPackages
import FileIO
import FileTree
import Hashing
import Images
import OCI
import TestSupport
import Testing

/// What documents of our own making say: the names of images, and the types of their layers.
struct NamesAndTypesTests {
    private let roundtrip: Roundtrip

    init() throws { roundtrip = try Roundtrip() }

    @Test func `an OCI archive of our own making has all names of an image`() async throws {
        let old = ImageBuilder([.init("", [.file("a", "1")])])
        let new = ImageBuilder([.init("", [.file("a", "2")])])
        let names = ["r.io/app:2", "r.io/app:latest", "r.io/other:2"]
        var layout = LayoutBuilder()
        layout.entries = try names.map { try layout.store(new, [LayoutBuilder.name($0)]) }
        let opened = try await roundtrip.load(try roundtrip.scratch.write("new", layout.archive))
        #expect(opened.index.summary.names == names)
        let from = try await roundtrip.open(old, .docker25, as: "old")
        let package = try await roundtrip.create(from, opened)
        for format in [OutputFormat.oci, .docker] {
            let made = try roundtrip.apply(package, to: from, format)
            let again = try await roundtrip.load(try roundtrip.scratch.write("made", made))
            #expect(again.index.summary.names == names)
        }
        // So has the archive of an image that lies in none.
        let derived = OpenedImage(
            index: opened.index, config: opened.config, manifest: opened.manifest, layers: opened.layers)
        let archive = try derived.archive()
        let bytes = try archive.read(at: 0, count: Int(archive.byteCount))
        #expect(
            try await roundtrip.load(try roundtrip.scratch.write("derived", bytes)).index.summary.names
                == names)
    }

    @Test(arguments: [false, true])
    func `layers of another image have the types of the manifest that names them`(isDocker: Bool)
        async throws
    {
        /// An image whose manifest is Docker's or OCI's.
        func open(_ version: Int, isDocker: Bool) async throws -> OpenedImage {
            let image = ImageBuilder(
                (1...2).map { .init("COPY \($0)", [.file("f\($0)", "\($0) of \(version)")]) },
                name: "app:\(version)")
            var manifest = String(decoding: try image.manifest(.gzip(6)), as: UTF8.self)
            if isDocker {
                for (type, other) in [
                    (MediaType.ociManifest, MediaType.dockerManifest),
                    (MediaType.ociConfig, "application/vnd.docker.container.image.v1+json"),
                    (
                        MediaType.layer(.gzip, isDocker: false), MediaType.layer(.gzip, isDocker: true)
                    ),
                ] { manifest = manifest.replacing(type, with: other) }
            }
            var layout = LayoutBuilder()
            _ = try layout.store(image, packing: .gzip(6))
            layout.entries = [
                layout.store(
                    isDocker ? MediaType.dockerManifest : MediaType.ociManifest, Array(manifest.utf8))
            ]
            return try await roundtrip.load(try roundtrip.scratch.write("image\(version)", layout.archive))
        }
        let old = try await open(1, isDocker: isDocker)
        let new = try await open(2, isDocker: !isDocker)
        let picked = try await PickedImage.make(
            PickList(parsing: Array("layer 1".utf8)), old: old, new: new)
        #expect(picked.partial?.wholeLayers == 1)
        let manifest = try JSONValue(parsing: try #require(picked.image.manifest))
        guard case .array(let layers)? = manifest["layers"] else { return #expect(Bool(false)) }
        #expect(
            layers.map { $0["mediaType"] }
                == Array(repeating: .string(MediaType.layer(.gzip, isDocker: isDocker)), count: 2))
        #expect(layers[0]["digest"] == .string(new.index.summary.layers[0].digest.description))
    }

    @Test func `types are translated between the families, and no others`() {
        let types = [
            (
                "application/vnd.oci.image.layer.v1.tar+zstd",
                "application/vnd.docker.image.rootfs.diff.tar.zstd"
            ),
            (
                "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
                "application/vnd.docker.image.rootfs.foreign.diff.tar.zstd"
            ),
        ]
        for (oci, docker) in types {
            for type in [oci, docker] {
                #expect(MediaType.layer(type, .zstd, isDocker: true) == docker)
                #expect(MediaType.layer(type, .zstd, isDocker: false) == oci)
            }
        }
        #expect(
            MediaType.layer("application/vnd.oci.image.layer.v1.tar", .none, isDocker: true)
                == "application/vnd.docker.image.rootfs.diff.tar")
        for type in ["", "application/octet-stream", "application/vnd.example.tar"] {
            #expect(MediaType.layer(type, .gzip, isDocker: true) == type)
            #expect(MediaType.layer(type, .gzip, isDocker: false) == type)
        }
    }

    @Test(arguments: [
        ("r.io:5000/team/app", "r.io:5000/team/app:partial-0123456789ab"),
        ("r.io:5000/team/app:1", "r.io:5000/team/app:1-partial-0123456789ab"),
        ("r.io/app@sha256:aa", "r.io/app:partial-0123456789ab"),
        ("app:1@sha256:aa", "app:1-partial-0123456789ab"), ("1", "1-partial-0123456789ab"),
        ("app:1", "app:1-partial-0123456789ab"), (nil, "silt:partial-0123456789ab"),
        ("@sha256:aa", "silt:partial-0123456789ab"),
        (
            "r.io/app:" + String(repeating: "t", count: 120),
            "r.io/app:" + String(repeating: "t", count: 100) + "-partial-0123456789ab"
        ),
    ])
    func `a picked image has the old one's repository and a tag of its own`(old: String?, name: String) throws
    {
        let id = try #require(Digest("sha256:" + String(repeating: "0123456789abcdef", count: 4)))
        #expect(PickedImageMaker.name(old, id) == name.replacing("0123456789ab", with: id.short.prefix(8)))
    }
}
