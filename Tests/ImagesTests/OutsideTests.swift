import Bytes
import FileIO
import FileTree
import Hashing
import Images
import OCI
import TestSupport
import Testing

/// Archives and layers as tools and people leave them.
struct OutsideTests {
    private let scratch: Scratch
    private let sample = SampleImages.tiny

    init() throws { scratch = try Scratch() }

    private var layerName: String { "\(sample.layers[0].diffID.hex).tar" }

    private func saved(_ change: ([Member]) throws -> [Member]) throws -> [UInt8] {
        try change(try sample.members(.dockerSkopeo)).map(\.entry).tar
    }

    // MARK: - Archives

    @Test(arguments: [0, 512, 1024, 10_240])
    func `an archive needs no end blocks`(_ zeros: Int) async throws {
        let bytes =
            try sample.members(.ociArchive).flatMap(\.entry.bytes) + [UInt8](repeating: 0, count: zeros)
        #expect(try await load(bytes, scratch).index.summary.imageID == sample.imageID)
    }

    @Test func `a file that is in an archive twice is one file`() async throws {
        let twice = try saved { $0 + $0.filter { $0.name == layerName || $0.name == "manifest.json" } }
        #expect(try await load(twice, scratch).index.summary.imageID == sample.imageID)
    }

    @Test func `files may be stored without their holes`() async throws {
        let entries = try sample.members(.ociArchive).map { member in
            // As tar --sparse stores them: the zeros at a layer's end are a hole.
            let data = Array(
                member.content.prefix(
                    member.content.count - member.content.reversed().prefix { $0 == 0 }.count))
            let map = Array("2\n0\n\(data.count)\n\(member.content.count)\n0\n".utf8)
            return TarEntry("GNUSparseFile.0/x", flag: "0").with {
                $0.content = map + [UInt8](repeating: 0, count: 512 - map.count) + data
                $0.records = [
                    ("GNU.sparse.major", Array("1".utf8)), ("GNU.sparse.minor", Array("0".utf8)),
                    ("GNU.sparse.name", Array(member.name.utf8)),
                    ("GNU.sparse.realsize", Array("\(member.content.count)".utf8)),
                ]
            }
        }
        #expect(try await load(entries.tar, scratch).index.summary.imageID == sample.imageID)
        // Holes have a bound.
        let large = try sample.members(.ociArchive).map { member in
            guard member.name == "index.json" else { return member.entry }
            let map = Array("1\n4294967296\n0\n".utf8)
            return TarEntry("GNUSparseFile.0/x", flag: "0").with {
                $0.content = map + [UInt8](repeating: 0, count: 512 - map.count)
                $0.records = [
                    ("GNU.sparse.major", Array("1".utf8)), ("GNU.sparse.minor", Array("0".utf8)),
                    ("GNU.sparse.name", Array("index.json".utf8)),
                    ("GNU.sparse.realsize", Array("4294967296".utf8)),
                ]
            }
        }
        await #expect { try await load(large.tar, scratch) } throws: { kind($0) == "tooLarge by unpacking" }
    }

    @Test func `two files of one name are refused, since docker takes the last and podman the first`()
        async throws
    {
        let other = try saved { $0 + [Member("manifest.json", Array("[]".utf8))] }
        await #expect { try await load(other, scratch) } throws: {
            kind($0) == "damaged" && "\($0)".contains("'manifest.json' twice")
        }
        let link = try saved { $0 + [Member("manifest.json", link: "other")] }
        await #expect { try await load(link, scratch) } throws: {
            kind($0) == "damaged" && "\($0)".contains("'manifest.json' twice")
        }
    }

    @Test func `an edited configuration is what it is, whatever its file is called`() async throws {
        var edited = sample
        edited.created = "2026-12-24T00:00:00Z"
        let name = "\(sample.imageID.hex).json"
        let bytes = try saved { members in
            members.map { $0.name == name ? Member(name, edited.config) : $0 }
        }
        let image = try await load(bytes, scratch)
        #expect(image.index.summary.imageID == edited.imageID)
        #expect(image.config == edited.config)
    }

    @Test(arguments: [[0xff, 0xfe], [0xfe, 0xff]] as [[UInt8]])
    func `what PowerShell wrote is named as such`(_ mark: [UInt8]) async throws {
        let text: [UInt8] = try sample.archive(.dockerSkopeo).flatMap { byte -> [UInt8] in [byte, 0] }
        await #expect { try await load(mark + text, scratch) } throws: {
            kind($0) == "notAnImage" && "\($0)".contains("PowerShell") && "\($0)".contains("docker save -o")
        }
    }

    @Test func `what docker saved before 1.10 is named as such`() async throws {
        let bytes = [TarEntry.file("repositories", "{}"), .file("abc/json", "{}"), .file("abc/layer.tar")].tar
        await #expect { try await load(bytes, scratch) } throws: {
            kind($0) == "unsupported" && "\($0)".contains("1.10")
        }
    }

    @Test(arguments: [Packing.plain, .gzip(6)])
    func `a dir folder packed as an archive is read`(_ packing: Packing) async throws {
        let bytes = try sample.members(.dirFolder, packing).map(\.entry).tar
        let image = try await load(bytes, scratch)
        #expect(image.index.summary.imageID == sample.imageID)
        #expect(image.index.summary.manifestDigest == Digest.of(try sample.manifest(packing)))
    }

    @Test func `a dir folder of several images is a list like any other`() async throws {
        // As skopeo copy --all writes it.
        func image(_ architecture: String) -> ImageBuilder {
            var image = sample
            image.architecture = architecture
            return image
        }
        let images = ["amd64", "arm64"].map(image)
        var layout = LayoutBuilder()
        let entries = try images.map {
            try layout.store($0, [LayoutBuilder.platform("linux", $0.architecture)])
        }
        var members = [
            Member("version", Array("Directory Transport Version: 1.1\n".utf8)),
            Member(
                "manifest.json", JSON.object([("schemaVersion", 2), ("manifests", .list(entries))]).bytes),
            Member(sample.layers[0].diffID.hex, sample.layers[0].tar),
        ]
        for image in images {
            members.append(Member(image.imageID.hex, image.config))
            let manifest = try image.manifest()
            members.append(Member("\(Digest.of(manifest).hex).manifest.json", manifest))
        }
        let found = try await load(members.map(\.entry).tar, scratch) {
            $0.platform = Platform("linux/arm64")
        }
        #expect(found.index.summary.imageID == images[1].imageID)
        await #expect { try await load(members.map(\.entry).tar, scratch) } throws: {
            kind($0) == "ambiguous by platform"
        }
    }

    // MARK: - Layers

    @Test(arguments: [(Packing.xz, LayerCompression.xz), (.bzip2, .bzip2), (.zstdAfterSkippable, .zstd)])
    func `layers may be compressed by whatever runtimes read`(packing: Packing, found: LayerCompression)
        async throws
    {
        for layout in Layout.allCases {
            let path = try SampleImages.old.save(layout, packing, to: "\(layout)", in: scratch)
            let image = try await ImageLoader.load(ImageRequest(path: path))
            #expect(
                image.index.summary.layers.map(\.compression) == SampleImages.old.layers.map { _ in found })
            #expect(image.index.summary.layers.map(\.diffID) == SampleImages.old.layers.map(\.diffID))
            #expect(image.index.listings.allSatisfy { !$0.entries.isEmpty })
        }
    }

    @Test func `a layer whose first file is called like another format is read`() async throws {
        for name in ["BZh91AY", "BZh91AY&SY", "\u{28}\u{b5}", "PK", "PKG", "7z", "070701", "#!rpm", "LRZI"] {
            let image = ImageBuilder([.init("", [.file(name, "x")])])
            for packing in [Packing.plain, .gzip(6), .zstd] {
                let found = try await load(try image.archive(.ociArchive, packing), scratch)
                let summary = found.index.summary
                #expect(
                    summary.layers[0].compression
                        == (packing == .plain ? .none : packing == .zstd ? .zstd : .gzip))
                #expect(found.index.listings[0].entries.map(\.path) == [TreePath(name)])
            }
        }
    }

    @Test func `what comes out of a filter is not unpacked again`() async throws {
        let inner = try Packing.gzip(6).pack(sample.layers[0].tar)
        let image = ImageBuilder([.init("", tar: inner)])
        await #expect { try await load(try image.archive(.ociArchive, .gzip(6)), scratch) } throws: {
            kind($0) == "badLayer"
        }
        await #expect {
            try await load(
                try Packing.gzip(6).pack(try sample.archive(.ociArchive, outer: .gzip(6))), scratch)
        } throws: { kind($0) == "notAnImage" }
    }

    private func withLayerType(_ type: String, _ more: [(String, JSON)] = [], keeps: Bool = true) -> [UInt8] {
        var layout = LayoutBuilder()
        let two = ImageBuilder([sample.layers[0], .init("RUN x", [.file("second", "2")])])
        let foreign = layout.store(type, two.layers[0].tar, more)
        let manifest = JSON.object([
            ("schemaVersion", 2),
            ("config", layout.store("application/vnd.oci.image.config.v1+json", two.config)),
            ("layers", [foreign, layout.store("application/vnd.oci.image.layer.v1.tar", two.layers[1].tar)]),
        ])
        layout.entries = [layout.store(LayoutBuilder.manifestType, manifest.bytes)]
        if !keeps { layout.remove(two.layers[0].tar) }
        return layout.archive
    }

    @Test(arguments: [
        "application/vnd.oci.image.layer.nondistributable.v1.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    ])
    func `a foreign layer that is not there leaves the rest readable`(_ type: String) async throws {
        let bytes = withLayerType(type, [("urls", ["https://example.org/layer"])], keeps: false)
        let image = try await load(bytes, scratch)
        #expect(image.index.summary.layers.map(\.foreignURLs) == [["https://example.org/layer"], nil])
        #expect(image.layers.map(\.isAbsent) == [true, false])
        #expect(image.index.listings.map(\.entries.count) == [0, 1])
        let whole = try await load(withLayerType(type), scratch)
        #expect(whole.index.summary.layers.map(\.foreignURLs) == [nil, nil])
        #expect(whole.index.listings.map(\.entries.count) == [1, 1])
    }

    @Test(arguments: [
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
        "application/vnd.oci.image.layer.v1.squashfs",
    ])
    func `layers that cannot be read are refused by cause`(_ type: String) async throws {
        await #expect { try await load(withLayerType(type), scratch) } throws: { error in
            kind(error) == "unsupported" && "\(error)".contains("layer 1") && "\(error)".contains(type)
        }
    }

    // MARK: - Bounds

    @Test func `a layer that is listed many times is read once`() async throws {
        let content = Content.random(1, 100_000)
        let layer = ImageBuilder.Layer("", [.file("f", content)])
        let image = ImageBuilder([ImageBuilder.Layer](repeating: layer, count: 300))
        for layout in [Layout.ociArchive, .dockerSkopeo, .ociFolder] {
            let path = try image.save(layout, .gzip(1), to: "\(layout)", in: scratch)
            // Ten times would be too much.
            let found = try await ImageLoader.load(
                ImageRequest(path: path, unpackedByteCountLimit: 1_000_000))
            #expect(found.index.summary.layers.map(\.index) == Array(0..<300))
            #expect(found.index.listings.allSatisfy { $0.entries.count == 1 })
        }
    }

    @Test func `layers are bounded together`() async throws {
        let layers = (0..<10).map { number in
            ImageBuilder.Layer("", [.file("f\(number)", [UInt8](repeating: UInt8(number), count: 200_000))])
        }
        let bytes = try ImageBuilder(layers).archive(.ociArchive, .gzip(9))
        await #expect { try await load(bytes, scratch) { $0.unpackedByteCountLimit = 1_000_000 } } throws: {
            kind($0) == "tooLarge by unpacking" && "\($0)".contains("1.0 MB")
        }
        _ = try await load(bytes, scratch) { $0.unpackedByteCountLimit = 3_000_000 }
    }

    @Test func `an archive that unpacks to too much is refused`() async throws {
        let bytes = try Packing.zstd.pack([TarEntry.file("f", [UInt8](repeating: 0, count: 2_000_000))].tar)
        await #expect { try await load(bytes, scratch) { $0.unpackedByteCountLimit = 1_000_000 } } throws: {
            kind($0) == "tooLarge by unpacking" && "\($0)".contains("1.0 MB")
        }
    }

    @Test func `documents are bounded together`() async throws {
        var layout = LayoutBuilder()
        // Small where it lies, 40 MB of indexes when it is unpacked.
        layout.entries = (0..<20).map { number in
            let filler = JSON.text(String(repeating: "x", count: 2_000_000) + "\(number)")
            return layout.store(
                LayoutBuilder.indexType, JSON.object([("manifests", []), ("filler", filler)]).bytes)
        }
        let bytes = try Packing.zstd.pack(layout.archive)
        #expect(bytes.count < 100_000)
        await #expect { try await load(bytes, scratch) } throws: {
            kind($0) == "tooLarge" && "\($0)".contains("documents")
        }
    }

    @Test func `only the chosen image's configuration is decoded`() async throws {
        var layout = LayoutBuilder()
        var broken = sample
        broken.otherConfig = Array("{".utf8)
        layout.entries = [
            try layout.store(broken, [LayoutBuilder.name("broken:1")]),
            try layout.store(sample, [LayoutBuilder.name("sound:1")]),
        ]
        let found = try await load(layout.archive, scratch) { $0.imageName = "sound:1" }
        #expect(found.index.summary.imageID == sample.imageID)
        await #expect { try await load(layout.archive, scratch) { $0.imageName = "broken:1" } } throws: {
            kind($0) == "damaged"
        }
    }

    @Test(arguments: ["/dev/zero", "/dev/urandom"])
    func `a device without an end is refused by its first block`(_ path: String) async throws {
        await #expect { try await ImageLoader.load(ImageRequest(path: path)) } throws: {
            kind($0) == "notAnImage" && "\($0)".contains(path)
        }
    }
}

/// Documents that readers understand differently.
struct AmbiguousDocumentTests {
    private let scratch: Scratch
    private let sample = SampleImages.tiny

    init() throws { scratch = try Scratch() }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func refuses(_ bytes: [UInt8], mentions: String...) async {
        await #expect { try await load(bytes, scratch) } throws: { error in
            kind(error) == "damaged" && mentions.allSatisfy { "\(error)".contains($0) }
        }
    }

    @Test(arguments: [#""Layers":[],"#, #""Layer\u0073":[],"#, #""layers":[],"#, #""Layer\u017f":[],"#])
    func `docker's list`(_ more: String) async throws {
        let bytes = try sample.members(.dockerSkopeo).map { member in
            guard member.name == "manifest.json" else { return member }
            return Member(member.name, Array(text(member.content).replacing("[{", with: "[{" + more).utf8))
        }
        await refuses(bytes.map(\.entry).tar, mentions: "manifest.json", "ayer")
    }

    @Test(arguments: [#""manifests":[],"#, #""manifest\u0073":[],"#, #""Manifests":[],"#])
    func `an index`(_ more: String) async throws {
        let bytes = try sample.members(.ociArchive).map { member in
            guard member.name == "index.json" else { return member }
            return Member(member.name, Array(("{" + more + text(member.content).dropFirst()).utf8))
        }
        await refuses(bytes.map(\.entry).tar, mentions: "index.json", "anifests")
    }

    @Test(arguments: [#""layers":[],"#, #""conf\u0069g":{},"#, #""CONFIG":{},"#])
    func `a manifest`(_ more: String) async throws {
        var layout = LayoutBuilder()
        _ = try layout.store(sample)
        let manifest = Array(("{" + more + text(try sample.manifest()).dropFirst()).utf8)
        layout.entries = [layout.store(LayoutBuilder.manifestType, manifest)]
        await refuses(layout.archive, mentions: "\(Digest.of(manifest))")
    }

    @Test(arguments: [#""rootfs":{"diff_ids":[]},"#, #""RootFS":{},"#, #""os":"windows","#, #""config":{},"#])
    func `a configuration`(_ more: String) async throws {
        var image = sample
        image.otherConfig = Array(("{" + more + text(sample.config).dropFirst()).utf8)
        await refuses(try image.archive(.dockerSkopeo), mentions: "\(image.imageID.hex).json")
        await refuses(try image.archive(.ociArchive), mentions: image.imageID.hex)
    }

    @Test func `labels may differ in case alone`() async throws {
        var image = sample
        image.otherConfig = Array(
            (#"{"container_config":{"Labels":{"Vendor":"a","vendor":"b"}},"# + text(sample.config).dropFirst())
                .utf8)
        _ = try await load(try image.archive(.dockerSkopeo), scratch)
    }

    @Test(arguments: ["\u{feff}X", "X garbage", "X{}", "[X]"])
    func `what surrounds a document`(_ pattern: String) async throws {
        var image = sample
        image.otherConfig = Array(pattern.replacing("X", with: text(sample.config)).utf8)
        await refuses(try image.archive(.dockerSkopeo), mentions: "\(image.imageID.hex).json")
    }

    @Test func `UTF-16`() async throws {
        var image = sample
        image.otherConfig = [0xff, 0xfe] + sample.config.flatMap { [$0, 0] }
        await refuses(try image.archive(.dockerSkopeo), mentions: "\(image.imageID.hex).json")
        image.otherConfig = sample.config.flatMap { [$0, 0] }
        await refuses(try image.archive(.dockerSkopeo), mentions: "\(image.imageID.hex).json")
    }

    @Test(arguments: [
        #""x":[1,],"#, #""x":{"a"},"#, #""x":01,"#, #""x":'a',"#, #""x":NaN,"#, "\"x\":\"\u{9}\",",
    ])
    func `broken parts that nobody asked for`(_ more: String) async throws {
        var image = sample
        image.otherConfig = Array(("{" + more + text(sample.config).dropFirst()).utf8)
        await refuses(try image.archive(.dockerSkopeo), mentions: "\(image.imageID.hex).json")
    }

    @Test func `an index that is a manifest, too`() async throws {
        var layout = LayoutBuilder()
        _ = try layout.store(sample)
        let both = Array((#"{"manifests":[],"# + text(try sample.manifest()).dropFirst()).utf8)
        for type in [LayoutBuilder.manifestType, LayoutBuilder.indexType, ""] {
            layout.entries = [layout.store(type, both)]
            await refuses(layout.archive, mentions: "index and a manifest")
        }
    }

    @Test func `a document of another size than is stated`() async throws {
        for wrong in [try sample.manifest().count + 1, 0] {
            var layout = LayoutBuilder()
            guard case .object(let fields) = try layout.store(sample) else { return }
            layout.entries = [.object(fields.map { $0.0 == "size" ? ("size", .number(wrong)) : $0 })]
            await refuses(layout.archive, mentions: "bytes", "\(wrong)")
        }
    }

    @Test(arguments: ["2.0.0", "1.0.1", ""])
    func `a layout of another version`(_ version: String) async throws {
        let bytes = try sample.members(.ociArchive).map { member in
            member.name == "oci-layout"
                ? Member(member.name, JSON.object([("imageLayoutVersion", .text(version))]).bytes) : member
        }
        await #expect { try await load(bytes.map(\.entry).tar, scratch) } throws: {
            kind($0) == "unsupported" && "\($0)".contains("version")
        }
    }
}
