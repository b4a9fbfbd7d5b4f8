import Bytes
import FileTree
import FileIO
import Hashing
import Images
import OCI
import TestSupport
import Testing

struct LoaderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `an extended attribute without a value is none`() async throws {
        let entries = [TarEntry.file("a", "x").attribute("user.a", []).attribute("user.b", [1])]
        let image = try await load(ImageBuilder([.init("one", entries)]).archive(.ociArchive), scratch)
        let entry = try #require(image.index.listings[0].entries.first)
        #expect(entry.extendedAttributes == [ExtendedAttribute(name: Array("user.b".utf8), value: [1])])
    }

    @Test(arguments: Layout.allCases, Packing.layers)
    func `every layout is read with every compression of its layers`(layout: Layout, packing: Packing)
        async throws
    {
        let builder = SampleImages.old
        let image = try await ImageLoader.load(
            ImageRequest(path: try builder.save(layout, packing, to: "image", in: scratch)))
        let summary = image.index.summary
        #expect(summary.imageID == builder.imageID)
        #expect(summary.names == (layout.hasNames ? [builder.name] : []))
        #expect(summary.platform == Platform(os: "linux", architecture: "amd64"))
        #expect(summary.created == builder.created)
        #expect(summary.layers.map(\.diffID) == builder.layers.map(\.diffID))
        #expect(summary.layers.map(\.createdBy) == builder.layers.map(\.createdBy))
        #expect(summary.layers.map(\.byteCount) == builder.layers.map { UInt64($0.tar.count) })
        let blobs = try builder.layers.map { try packing.pack($0.tar) }
        #expect(summary.layers.map(\.digest) == blobs.map { Digest.of($0) })
        #expect(summary.layers.map(\.blobByteCount) == blobs.map { UInt64($0.count) })
        #expect((summary.manifestDigest == nil) == !layout.hasManifest)
        #expect(image.config == builder.config)
        if layout.hasManifest { #expect(image.manifest == (try builder.manifest(packing))) }
        for (file, layer) in zip(image.layers, builder.layers) {
            #expect(try file.tar.read(at: 0, count: layer.tar.count) == layer.tar)
        }
    }

    @Test func `all saves of an image compare as equal`() async throws {
        let builder = SampleImages.new
        let reference = try await load(try builder.archive(.dockerLegacy), scratch).index
        for layout in Layout.allCases {
            for packing in Packing.layers {
                let path = try builder.save(layout, packing, to: "\(layout)-\(packing)", in: scratch)
                let index = try await ImageLoader.load(ImageRequest(path: path)).index
                // Equal listings make every pair of saves equal, not just those with this one.
                #expect(index.listings == reference.listings, "\(layout) \(packing)")
                #expect(DiffTree(old: reference.stack, new: index.stack).isUnchanged)
                let rows = LayerAlignment.align(old: reference.summary.layers, new: index.summary.layers)
                #expect(rows.map(\.change) == builder.layers.map { _ in .same })
            }
        }
    }

    @Test(arguments: Layout.files, Packing.archives)
    func `the archive itself may be compressed`(layout: Layout, outer: Packing) async throws {
        let image = try await load(try SampleImages.old.archive(layout, outer: outer), scratch)
        #expect(image.index.summary.imageID == SampleImages.old.imageID)
        #expect(image.index.summary.archiveByteCount == UInt64(try SampleImages.old.archive(layout).count))
        #expect(image.index.summary.source == scratch.path("image.tar"))
    }

    @Test func `any number of jobs gives the same`() async throws {
        let archive = try SampleImages.new.archive(.ociArchive, .gzip(6))
        let reference = try await load(archive, scratch) { $0.jobs = 1 }.index
        for jobs in [2, 5, 100] {
            let index = try await load(archive, scratch) { $0.jobs = jobs }.index
            #expect(index.summary == reference.summary)
            #expect(index.listings == reference.listings)
        }
    }

    @Test func `every file can be read where its span says`() async throws {
        let entries: [TarEntry] = [
            .file("a", Content.random(1, 700)), .file("b"),
            .file("c", Content.random(2, 512)).attribute("user.x", [1]),
        ]
        let image = try await load(
            try ImageBuilder([.init("", entries)]).archive(.docker25, .gzip(6)), scratch)
        let layer = image.layers[0]
        for (index, source) in entries.enumerated() {
            let span = layer.spans[index]
            let bytes = try layer.tar.read(at: span.contentOffset, count: Int(span.contentByteCount))
            #expect(bytes == source.content)
            #expect(image.index.listings[0].entries[index].digest == Digest.of(source.content))
        }
    }

    @Test func `files are not hashed where nobody asks`() async throws {
        let image = try await load(try SampleImages.old.archive(.dockerLegacy), scratch) {
            $0.hashesFiles = false
        }
        #expect(image.index.listings.flatMap(\.entries).allSatisfy { $0.digest == nil })
    }

    @Test func `entries mean what their headers say`() async throws {
        let entries: [TarEntry] = [
            .file("./usr//bin/tool", "x").with {
                $0.mode = 0o4755
                $0.uid = 7
                $0.gid = 8
            },
            .hardLink("usr/link", to: "./usr/bin/tool"), .hardLink("usr/link2", to: "usr/link"),
            .symlink("usr/loop", to: "loop"), .hardLink("usr/looped", to: "usr/loop"), .file("usr/.wh.gone"),
            .file("usr/.wh..wh..opq"), .file(".wh..wh.plnk/12"), .file("/absolute", "y"),
            .file("late", "x").attribute("user.b", [2]).attribute("user.a", [1]),
        ]
        let image = try await load(try ImageBuilder([.init("", entries)]).archive(.dockerLegacy), scratch)
        let found = image.index.listings[0].entries
        #expect(
            found.map { EscapedText.of($0.path.bytes) } == [
                "usr/bin/tool", "usr/link", "usr/link2", "usr/loop", "usr/looped", "usr/gone", "usr",
                ".wh..wh.plnk/12", "absolute",
                "late",
            ])
        #expect(
            found.map(\.kind) == [
                .file, .hardLink, .hardLink, .symlink, .symlink, .whiteout, .opaqueMarker, .auxiliary, .file,
                .file,
            ])
        #expect(found[0].mode == 0o4755 && found[0].uid == 7 && found[0].gid == 8)
        #expect(
            found[1].digest == found[0].digest && found[2].digest == found[0].digest && found[2].size == 1)
        #expect(found[4].linkTarget == Array("loop".utf8))
        #expect(found[9].extendedAttributes.map(\.name) == [Array("user.a".utf8), Array("user.b".utf8)])
    }

    @Test func `a sparse file with a new time has the same content`() async throws {
        func image(_ modified: Int64) -> ImageBuilder {
            let map = Array(
                (TarEntry.octal(0, digits: 11) + "\0" + TarEntry.octal(512, digits: 11) + "\0").utf8)
            let entry = TarEntry("sparse", flag: "S").with {
                $0.style = .gnu
                $0.content = Content.random(1, 512)
                $0.modified = modified
                $0.overrides = [(386, map), (483, Array((TarEntry.octal(9_000, digits: 11) + "\0").utf8))]
            }
            return ImageBuilder([.init("", [entry])])
        }
        let old = try await load(try image(1).archive(.dockerLegacy), scratch).index
        let new = try await load(try image(2).archive(.dockerLegacy), scratch).index
        #expect(old.listings[0].entries[0].size == 9_000)
        #expect(old.listings[0].entries[0].isSparse)
        #expect(DiffTree(old: old.stack, new: new.stack).nodes.map(\.change).last == .metadata)
    }

    @Test func `a file holds the same however its holes are stored`() async throws {
        let data = Content.random(1, 1024)
        let whole = data.prefix(512) + [UInt8](repeating: 0, count: 512) + data.suffix(512)
        let expected = Array(whole) + [UInt8](repeating: 0, count: 464)
        var plain: ImageIndex?
        for entry in TarEntry.withHoles(data) {
            let image = try await load(
                try ImageBuilder([.init("", [entry])]).archive(.dockerLegacy), scratch)
            let file = try #require(image.index.listings[0].entries.first)
            #expect(file.size == 2000)
            #expect(file.path == TreePath("a"))
            let id = EntryID(layer: 0, ordinal: 0)
            #expect(try image.byteCount(of: id) == 2000)
            let first = plain ?? image.index
            plain = first
            #expect(
                DiffTree(old: first.stack, new: image.index.stack).nodes.map(\.change).last
                    == .unchanged)
            for (offset, count) in [
                (0, 4000), (500, 30), (511, 1), (512, 1), (1023, 514), (1990, 10), (2000, 1),
            ] {
                #expect(
                    try image.content(of: id, at: UInt64(offset), count: count)
                        == Array(expected.dropFirst(offset).prefix(count)))
            }
        }
        let other = try await load(
            try ImageBuilder([.init("", [TarEntry.withHoles(Content.random(2, 1024))[1]])])
                .archive(.dockerLegacy), scratch)
        let first = try #require(plain)
        #expect(
            DiffTree(old: first.stack, new: other.index.stack).nodes.map(\.change).last == .modified)
    }

    @Test func `more zeros than can be hashed are compared by where they are`() async throws {
        func image(_ size: Int, _ offset: Int) async throws -> ImageIndex {
            let map = "1\n\(offset)\n512\n"
            let entry = TarEntry("GNUSparseFile.0/a", flag: "0").with {
                $0.content =
                    Array(map.utf8) + [UInt8](repeating: 0, count: 512 - map.utf8.count)
                    + Content.random(1, 512)
                $0.records = [
                    ("GNU.sparse.major", Array("1".utf8)), ("GNU.sparse.minor", Array("0".utf8)),
                    ("GNU.sparse.name", Array("a".utf8)), ("GNU.sparse.realsize", Array("\(size)".utf8)),
                ]
            }
            return try await load(
                try ImageBuilder([.init("", [entry])]).archive(.dockerLegacy), scratch
            ).index
        }
        let old = try await image(1 << 50, 1 << 40)
        func change(_ size: Int, _ offset: Int) async throws -> Change? {
            DiffTree(old: old.listings, new: try await image(size, offset).listings).nodes.map(\.change).last
        }
        #expect(try await change(1 << 50, 1 << 40) == .unchanged)
        #expect(try await change(1 << 50, 1 << 41) == .modified)
        #expect(try await change(1 << 51, 1 << 40) == .modified)
    }

    @Test func `files that are not needed do no harm`() async throws {
        for layout in Layout.files {
            let members =
                try SampleImages.tiny.members(layout) + [Member("README", [1]), Member(blob: [2, 3])]
            let image = try await load(members.map(\.entry).tar, scratch)
            #expect(image.index.summary.imageID == SampleImages.tiny.imageID)
        }
    }

    @Test func `hostile names are read, and safe to show`() async throws {
        let names: [[UInt8]] = [
            [0xff, 0xfe], Array("a\u{1b}[31m".utf8), Array("line\nbreak".utf8),
            [UInt8](repeating: UInt8(ascii: "n"), count: 4_000),
            Array((0..<2_000).map { _ in "d" }.joined(separator: "/").utf8), Array("...".utf8),
            Array(" ".utf8),
        ]
        let entries = names.map { TarEntry($0, flag: "0") }
        let image = try await load(try ImageBuilder([.init("", entries)]).archive(.dockerLegacy), scratch)
        #expect(image.index.listings[0].entries.map(\.path.bytes) == names)
        let tree = DiffTree(old: [], new: image.index.listings)
        #expect(tree.nodes[0].counts.added == names.count + 1_999)
    }

    @Test func `files are where runtimes put them`() async throws {
        let libc = TarEntry.file("usr/lib/libc.so", Content.text(1, 100))
        func image(_ path: String) -> ImageBuilder {
            ImageBuilder([
                .init(
                    "",
                    [
                        .directory("usr"), .directory("usr/lib"), libc, .symlink("lib", to: "usr/lib"),
                        .file(path, "m"),
                    ]
                )
            ])
        }
        let old = try await load(try image("lib/libm.so").archive(.dockerLegacy), scratch).index
        let new = try await load(try image("usr/lib/libm.so").archive(.dockerLegacy), scratch).index
        #expect(old.listings[0].entries[4].path == TreePath("lib/libm.so"))
        #expect(DiffTree(old: old.stack, new: new.stack).isUnchanged)
    }

    @Test func `a hard link may lead to a lower layer`() async throws {
        let tool = TarEntry.file("usr/bin/tool", Content.random(1, 3_000))
        let builder = ImageBuilder([
            .init("", [tool]), .init("", [.hardLink("usr/bin/alias", to: "usr/bin/tool")]),
        ])
        let alias = try await load(try builder.archive(.dockerLegacy), scratch).index.listings[1].entries[0]
        #expect(alias.kind == .hardLink && alias.size == 3_000 && alias.digest == Digest.of(tool.content))
    }

    @Test func `a name has its content where the file's first name is gone`() async throws {
        let content = Content.random(1, 3_000)
        let builder = ImageBuilder([
            .init(
                "",
                [
                    .directory("usr"), .symlink("l", to: "usr"), .file("usr/a", content),
                    .hardLink("b", to: "l/a"), .hardLink("c", to: "b"), .file("usr/a", "other"),
                ]),
            .init("", [.file(".wh.b")]),
        ])
        let image = try await load(try builder.archive(.dockerLegacy), scratch)
        let tree = image.index.stack.tree
        let node = try #require(TreePath("c").flatMap(tree.find))
        #expect(tree.entry(of: node)?.kind == .file && tree.entry(of: node)?.size == 3_000)
        let id = try #require(tree.nodes[node].entry)
        #expect(try image.content(of: id, count: 5_000) == content)
        #expect(try image.byteCount(of: id) == 3_000)
    }

    @Test func `a layer whose writer was not closed is read`() async throws {
        let entry = TarEntry.file("var/log/faillog", Content.random(1, 3_000))
        let layer = ImageBuilder.Layer("", tar: Array(entry.bytes.dropLast(72)))
        for packing in [Packing.plain, .gzip(6)] {
            let image = try await load(try ImageBuilder([layer]).archive(.ociArchive, packing), scratch)
            #expect(image.index.listings[0].entries.map(\.size) == [3_000])
            #expect(image.layers[0].spans.map(\.paddingByteCount) == [0])
            #expect(image.layers[0].spans.map(\.endOffset) == [UInt64(layer.tar.count)])
            let trusted = try await load(try ImageBuilder([layer]).archive(.ociArchive, packing), scratch) {
                $0.hashesFiles = false
                $0.trustsLayers = true
            }
            #expect(trusted.layers[0].spans == image.layers[0].spans)
        }
    }

    @Test func `what headers hold has a limit that can be raised`() async throws {
        let deep = String(repeating: "d/", count: 2_000)
        let entries = (0..<10).map { TarEntry.file("\($0)/" + deep + "x") }
        let archive = try ImageBuilder([.init("", entries)]).archive(.dockerLegacy)
        // Ten paths of 2,000 directories each: more than 160 million bytes as a report.
        await #expect {
            try await load(archive, scratch) { $0.headerByteCountLimit = 80_000_000 }
        } throws: {
            kind($0) == "tooLarge by headers" && "\($0)".contains("80.0 MB") && "\($0)".contains("layer 1")
        }
        let image = try await load(archive, scratch) { $0.headerByteCountLimit = 200_000_000 }
        #expect(image.index.listings[0].entries.count == 10)
        // Attributes, names and links count, layer after layer.
        let attribute = TarEntry.file("f").attribute("user.x", [UInt8](repeating: 1, count: 50_000))
        let layers = ["a", "b", "c"].map { name in
            ImageBuilder.Layer("", [attribute.with { $0.path = Array(name.utf8) }])
        }
        await #expect {
            try await load(try ImageBuilder(layers).archive(.dockerLegacy), scratch) {
                $0.headerByteCountLimit = 120_000
                $0.jobs = 1
            }
        } throws: { "\($0)".contains("layer 3") }
    }

    @Test func `a layer that is listed again counts again`() async throws {
        let layer = ImageBuilder.Layer("", (0..<200).map { TarEntry.file("d/\($0)") })
        func archive(_ count: Int) throws -> [UInt8] {
            try ImageBuilder([ImageBuilder.Layer](repeating: layer, count: count)).archive(.ociArchive)
        }
        // A layer takes 200 times 512 + 256 bytes.
        await #expect {
            try await load(try archive(5), scratch) { $0.headerByteCountLimit = 500_000 }
        } throws: {
            kind($0) == "tooLarge by headers" && "\($0)".contains("layer 4")
                && "\($0)".contains("listed again")
        }
        let image = try await load(try archive(3), scratch) { $0.headerByteCountLimit = 500_000 }
        #expect(image.index.listings.map(\.entries.count) == [200, 200, 200])
    }

    @Test func `what an archive that is compressed as a whole may be made of is measured by its own size`()
        async throws
    {
        let zeros = ImageBuilder.Layer("", [.file("f", [UInt8](repeating: 0, count: 1_000_000))])
        let plain = try ImageBuilder([zeros]).archive(.dockerLegacy)
        #expect(try await load(plain, scratch).storedByteCount == UInt64(zeros.tar.count))
        let packed = try Packing.zstd.pack(plain)
        #expect(try await load(packed, scratch).storedByteCount == UInt64(packed.count))
        let layers = try ImageBuilder([zeros]).archive(.ociArchive, .gzip(6))
        let image = try await load(layers, scratch)
        #expect(image.storedByteCount == image.layers[0].blob.byteCount)
    }

    @Test func `loops of symbolic links in an image are just links`() async throws {
        let entries: [TarEntry] = [
            .symlink("a", to: "b"), .symlink("b", to: "a"), .symlink("c", to: "../../../etc"),
        ]
        let image = try await load(try ImageBuilder([.init("", entries)]).archive(.dockerLegacy), scratch)
        #expect(image.index.stack.tree.nodes.count == 4)
    }
}

struct ImageChoiceTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func image(_ name: String, _ architecture: String = "amd64", content: String) -> ImageBuilder {
        var image = ImageBuilder([.init("", [.file("f", content)])], name: name)
        image.architecture = architecture
        return image
    }

    /// Several images in one archive as `docker save A B` writes it.
    private func saved(_ images: [ImageBuilder]) throws -> [UInt8] {
        let members = try images.flatMap { try $0.members(.dockerSkopeo) }.filter {
            $0.name != "manifest.json"
        }
        let manifest = JSON.list(
            images.map { image in
                .object([
                    ("Config", .text("\(image.imageID.hex).json")), ("RepoTags", [.text(image.name)]),
                    ("Layers", .list(image.layers.map { .text("\($0.diffID.hex).tar") })),
                ])
            })
        var seen: Set<String> = []
        return (members + [Member("manifest.json", manifest.bytes)]).filter { seen.insert($0.name).inserted }
            .map(\.entry).tar
    }

    /// One image for several platforms in an OCI layout.
    private func multiPlatform(_ images: [ImageBuilder]) throws -> [UInt8] {
        let type = "application/vnd.oci.image.manifest.v1+json"
        let index = JSON.object([
            (
                "manifests",
                .list(
                    try images.map { image in
                        ImageBuilder.descriptor(
                            type, try image.manifest(),
                            [
                                ("platform", ["os": "linux", "architecture": .text(image.architecture)]),
                                ("annotations", ["org.opencontainers.image.ref.name": .text(image.name)]),
                            ])
                    })
            )
        ])
        let members = try images.flatMap { try $0.members(.ociArchive) }.filter { $0.name != "index.json" }
        var seen: Set<String> = []
        return (members + [Member("index.json", index.bytes)]).filter { seen.insert($0.name).inserted }.map(
            \.entry
        ).tar
    }

    @Test(arguments: ["app:2", "docker.io/library/app:2", "id"])
    func `one of several images is chosen by name or id`(name: String) async throws {
        let images = [
            image("docker.io/library/app:1", content: "1"), image("docker.io/library/app:2", content: "2"),
        ]
        let wanted = name == "id" ? images[1].imageID.short : name
        let found = try await load(try saved(images), scratch) { $0.imageName = wanted }
        #expect(found.index.summary.imageID == images[1].imageID)
    }

    @Test func `several images must be chosen from, and the error lists them`() async throws {
        let images = [image("app:1", content: "1"), image("tool:2", content: "2")]
        await #expect {
            try await load(try saved(images), scratch)
        } throws: { error in
            kind(error) == "ambiguous by name"
                && ["app:1", "tool:2", "image.tar"].allSatisfy { "\(error)".contains($0) }
        }
        await #expect {
            try await load(try saved(images), scratch) { $0.imageName = "other" }
        } throws: { error in
            kind(error) == "noMatch" && ["'other'", "app:1", "tool:2"].allSatisfy { "\(error)".contains($0) }
        }
    }

    @Test func `several platforms must be chosen from, and the error lists them`() async throws {
        let images = [image("app:1", "amd64", content: "1"), image("app:1", "arm64", content: "2")]
        await #expect {
            try await load(try multiPlatform(images), scratch)
        } throws: { error in
            kind(error) == "ambiguous by platform"
                && ["linux/amd64", "linux/arm64"].allSatisfy { "\(error)".contains($0) }
        }
        let found = try await load(try multiPlatform(images), scratch) {
            $0.platform = Platform("linux/arm64")
        }
        #expect(found.index.summary.imageID == images[1].imageID)
        await #expect {
            try await load(try multiPlatform(images), scratch) { $0.platform = Platform("linux/riscv64") }
        } throws: { kind($0) == "noMatch" && "\($0)".contains("linux/riscv64") }
    }

    @Test func `several names of one image are no choice`() async throws {
        let images = [image("app:1", content: "1"), image("app:latest", content: "1")]
        let found = try await load(try saved(images), scratch)
        #expect(found.index.summary.names == ["app:1", "app:latest"])
    }

    @Test(arguments: [Layout.ociArchive, .dockerLegacy])
    func `an empty name names nothing`(_ layout: Layout) async throws {
        var unnamed = image("app:1", content: "1")
        unnamed.name = ""
        let found = try await load(try unnamed.archive(layout), scratch)
        #expect(found.index.summary.names.isEmpty)
        #expect(found.index.summary.displayName == found.source)
    }
}
