import Bytes
import FileTree
import FileIO
import Hashing
import Images
import OCI
import TestSupport
import Testing

/// Input that is no image, or a damaged one, and the error it must give.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    /// The error's case.
    let kind: String
    /// What the message must name besides the file.
    let mentions: [String]
    /// The archive.
    let bytes: @Sendable () throws -> [UInt8]

    init(_ name: String, _ kind: String, mentions: String..., bytes: @escaping @Sendable () throws -> [UInt8])
    {
        self.name = name
        self.kind = kind
        self.mentions = mentions
        self.bytes = bytes
    }

    /// A layer in an image that is sound but for it.
    init(layer name: String, mentions: String..., entries: TarEntry...) {
        self.name = name
        kind = "badLayer"
        self.mentions = ["layer 1"] + mentions
        bytes = { try ImageBuilder([.init("RUN", entries)]).archive(.dockerLegacy) }
    }

    var testDescription: String { name }
}

private let tiny = SampleImages.tiny
private let layerName = "blobs/sha256/\(tiny.layers[0].diffID.hex)"
private let configName = "blobs/sha256/\(tiny.imageID.hex)"

/// A saved image with some of its files changed.
private func changed(_ layout: Layout, _ change: (inout Member) -> Void) throws -> [UInt8] {
    try tiny.members(layout).map { member in
        var member = member
        change(&member)
        return member
    }.map(\.entry).tar
}

private func without(_ layout: Layout, _ name: String) throws -> [UInt8] {
    try tiny.members(layout).filter { $0.name != name }.map(\.entry).tar
}

private func with(index: JSON) throws -> [UInt8] {
    try changed(.ociArchive) { if $0.name == "index.json" { $0.content = index.bytes } }
}

private func with(config: String) throws -> [UInt8] {
    var image = tiny
    image.otherConfig = Array(config.utf8)
    return try image.archive(.dockerLegacy)
}

private func manifestName() throws -> String { "blobs/sha256/\(Digest.of(try tiny.manifest()).hex)" }

struct BadInputTests {
    static let inputs: [BadInput] = [
        BadInput("nothing", "notAnImage", mentions: "empty") { [] },
        BadInput("noise", "notAnImage") { Content.random(1, 5_000) },
        BadInput("text", "notAnImage", mentions: "a text that begins with 'FROM debian:12'") {
            Array("FROM debian:12\nRUN x\n".utf8)
        },
        BadInput("a server's page", "notAnImage", mentions: "begins with '<!DOCTYPE html>'") {
            Array("<!DOCTYPE html>\n".utf8) + Array(String(repeating: "<p>Log in</p>\n", count: 100).utf8)
        },
        BadInput("a compressed text", "notAnImage", mentions: "begins with 'version https://") {
            try Packing.gzip(6).pack(
                Array("version https://git-lfs.github.com/spec/v1\n".utf8) + Content.text(1, 600))
        },
        BadInput("a container's files", "notAnImage", mentions: "docker export", "docker save") {
            [TarEntry.file("etc/passwd", ""), .file("usr/bin/a", ""), .file("./var/b", "")].tar
        },
        BadInput("a folder of a layout", "notAnImage", mentions: "in its folder 'my\\x0ashop': unpack it") {
            try tiny.members(.ociArchive).map { Member("my\nshop/\($0.name)", $0.content) }.map(\.entry).tar
        },
        BadInput("less than a block", "notAnImage") { [1, 2, 3] },
        BadInput("zeros", "notAnImage", mentions: "index.json", "manifest.json") {
            [UInt8](repeating: 0, count: 10_240)
        },
        BadInput("a tar of something else", "notAnImage", mentions: "index.json", "manifest.json") {
            [TarEntry.file("a", "b")].tar
        },
        BadInput("an lzma archive", "notAnImage", mentions: "compressed by lzma;") {
            [0x5d, 0, 0, 0x80, 0] + Content.random(1, 5_000)
        },
        BadInput("an archive that is compressed twice", "notAnImage", mentions: "twice", "gzip again") {
            try Packing.zstd.pack(Packing.gzip(6).pack(tiny.archive(.docker25)))
        },
        BadInput("a layer compressed by lz4", "unsupported", mentions: "layer 1 (", "compressed by lz4;") {
            let blob = [0x04, 0x22, 0x4d, 0x18] + Content.random(1, 700)
            var image = ImageBuilder([.init("", tar: blob)])
            image.otherConfig = image.config(diffIDs: [tiny.layers[0].diffID.description])
            return try image.archive(.ociArchive)
        },
        BadInput("compressed noise", "notAnImage") { try Packing.gzip(6).pack(Content.random(1, 5_000)) },
        BadInput("a truncated gzip archive", "damaged", mentions: "ends early: it was cut off") {
            Array(try tiny.archive(.ociArchive, outer: .gzip(6)).dropLast(30))
        },
        BadInput("a gzip archive without all of its trailer", "damaged", mentions: "ends early") {
            Array(try tiny.archive(.ociArchive, outer: .gzip(6)).dropLast(3))
        },
        BadInput("a gzip archive with another checksum", "damaged", mentions: "incorrect data check") {
            var bytes = try tiny.archive(.ociArchive, outer: .gzip(6))
            bytes[bytes.count - 7] ^= 1
            return bytes
        },
        BadInput("a truncated zstd archive", "damaged", mentions: "ends early") {
            Array(try tiny.archive(.ociArchive, outer: .zstd).dropLast(30))
        },
        BadInput("a truncated xz archive", "damaged", mentions: "ends early") {
            Array(try tiny.archive(.ociArchive, outer: .xz).dropLast(30))
        },
        BadInput("damaged gzip data", "damaged") {
            var bytes = try tiny.archive(.ociArchive, outer: .gzip(6))
            for index in 40..<60 { bytes[index] ^= 0x55 }
            return bytes
        },
        // Missing, wrong and doubled blobs.
        BadInput("a layer is missing", "missing", mentions: layerName) {
            try without(.ociArchive, layerName)
        },
        BadInput("a configuration is missing", "missing", mentions: configName) {
            try without(.ociArchive, configName)
        },
        BadInput("a manifest is missing", "missing", mentions: "blobs/sha256/") {
            try without(.ociArchive, manifestName())
        },
        BadInput("a docker layer is missing", "missing", mentions: "\(tiny.layers[0].diffID.hex).tar") {
            try without(.dockerSkopeo, "\(tiny.layers[0].diffID.hex).tar")
        },
        BadInput("a docker configuration is missing", "missing", mentions: "\(tiny.imageID.hex).json") {
            try without(.dockerSkopeo, "\(tiny.imageID.hex).json")
        },
        BadInput("a layer is another", "wrongDigest", mentions: "layer 1", tiny.layers[0].diffID.description)
        {
            try changed(.ociArchive) { if $0.name == layerName { $0.content[600] ^= 1 } }
        },
        BadInput("a layer's header is another", "wrongDigest", mentions: "layer 1") {
            try changed(.ociArchive) { if $0.name == layerName { $0.content[0] ^= 1 } }
        },
        BadInput("a compressed layer is another", "wrongDigest", mentions: "layer 1") {
            let blob = try Packing.gzip(6).pack(tiny.layers[0].tar)
            return try tiny.members(.ociArchive, .gzip(6)).map { member in
                var member = member
                if member.content == blob { member.content[blob.count - 1] ^= 1 }
                return member
            }.map(\.entry).tar
        },
        BadInput("a docker layer is another", "wrongDigest", mentions: "layer 1") {
            try changed(.dockerSkopeo) {
                if $0.name.hasSuffix(".tar"), $0.link == nil { $0.content[600] ^= 1 }
            }
        },
        BadInput("a configuration is another", "wrongDigest", mentions: configName) {
            try changed(.ociArchive) { if $0.name == configName { $0.content[5] ^= 1 } }
        },
        BadInput("a manifest is another", "wrongDigest", mentions: "blobs/sha256/") {
            let name = try manifestName()
            return try changed(.ociArchive) { if $0.name == name { $0.content[5] ^= 1 } }
        },
        BadInput("a blob is longer than its manifest says", "damaged", mentions: layerName, "bytes") {
            try changed(.ociArchive) { if $0.name == layerName { $0.content.append(0) } }
        },
        BadInput("a file comes twice", "damaged", mentions: "index.json", "twice") {
            (try tiny.members(.ociArchive) + [Member("./index.json", Array("{}".utf8))]).map(\.entry).tar
        },
        // Documents.
        BadInput("an index that is no JSON", "damaged", mentions: "index.json") {
            try changed(.ociArchive) { if $0.name == "index.json" { $0.content = Array("{".utf8) } }
        },
        BadInput("an index of a wrong shape", "damaged", mentions: "index.json", "manifests") {
            try with(index: ["manifests": 7])
        },
        BadInput("an index without manifests", "notAnImage", mentions: "lists no image") {
            try with(index: [:])
        },
        BadInput("an index of nothing", "notAnImage", mentions: "lists no image") {
            try with(index: ["manifests": []])
        },
        BadInput("an index of a bad digest", "damaged", mentions: "index.json", "digest", "sha256:../../etc")
        {
            try with(index: ["manifests": [["mediaType": "x", "digest": "sha256:../../etc", "size": 1]]])
        },
        BadInput("an index of a negative size", "damaged", mentions: "index.json") {
            try with(index: [
                "manifests": [["mediaType": "x", "digest": .text("\(Digest.of([]))"), "size": -1]]
            ])
        },
        BadInput("an index of control characters", "damaged", mentions: "index.json") {
            try with(index: ["manifests": [["mediaType": "x", "digest": "sha256:\u{1b}[31m\n", "size": 1]]])
        },
        BadInput("a manifest.json that is no list", "damaged", mentions: "manifest.json") {
            try changed(.dockerLegacy) { if $0.name == "manifest.json" { $0.content = Array("{}".utf8) } }
        },
        BadInput("a manifest.json of nothing", "notAnImage", mentions: "lists no image") {
            try changed(.dockerLegacy) { if $0.name == "manifest.json" { $0.content = Array("[]".utf8) } }
        },
        BadInput("a manifest.json that leads out of the archive", "missing", mentions: "../../etc/passwd") {
            try changed(.dockerLegacy) {
                if $0.name == "manifest.json" {
                    $0.content = Array(#"[{"Config":"../../etc/passwd","Layers":[]}]"#.utf8)
                }
            }
        },
        BadInput("a manifest.json of control characters", "missing", mentions: "\\x1b[31m") {
            try changed(.dockerLegacy) {
                if $0.name == "manifest.json" {
                    $0.content = Array(#"[{"Config":"\u001b[31m\n","Layers":[]}]"#.utf8)
                }
            }
        },
        BadInput(
            "a manifest.json with an empty name", "unnamed",
            mentions: "empty name for the configuration", "; save the image again"
        ) {
            try changed(.dockerLegacy) {
                if $0.name == "manifest.json" { $0.content = Array(#"[{"Config":"","Layers":[]}]"#.utf8) }
            }
        },
        BadInput(
            "a manifest.json with an empty name of a layer", "unnamed",
            mentions: "empty name for layer 2 of a:1;"
        ) {
            try changed(.dockerLegacy) { member in
                guard member.name == "manifest.json" else { return }
                let value = String(decoding: member.content, as: UTF8.self)
                let config = value.split(separator: "\"Config\":\"")[1].prefix { $0 != "\"" }
                member.content = Array(
                    #"[{"Config":"\#(config)","RepoTags":["a:1"],"Layers":["\#(config)",""]}]"#.utf8)
            }
        },
        BadInput("JSON of 17 MB", "damaged", mentions: "index.json", "17.0 MB") {
            try changed(.ociArchive) {
                if $0.name == "index.json" { $0.content = [UInt8](repeating: 32, count: 17_000_000) }
            }
        },
        BadInput("JSON of a hundred thousand brackets", "damaged", mentions: "index.json") {
            try changed(.ociArchive) {
                if $0.name == "index.json" {
                    $0.content = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
                }
            }
        },
        BadInput("an index in an index in an index, and so on", "damaged", mentions: "nested") {
            let type = "application/vnd.oci.image.index.v1+json"
            var members: [Member] = []
            var index: JSON = ["manifests": []]
            for _ in 0..<12 {
                members.append(Member(blob: index.bytes))
                index = ["manifests": [ImageBuilder.descriptor(type, index.bytes)]]
            }
            return (members + [Member("index.json", index.bytes)]).map(\.entry).tar
        },
        BadInput("a configuration that is no JSON", "damaged") { try with(config: "not json") },
        BadInput("a configuration without layers", "damaged", mentions: "rootfs") { try with(config: "{}") },
        BadInput("a configuration of too few layers", "damaged", mentions: "0 layers", "1") {
            try with(config: #"{"rootfs":{"diff_ids":null}}"#)
        },
        BadInput("a configuration of a bad diff id", "damaged", mentions: "md5:1") {
            try with(config: #"{"rootfs":{"diff_ids":["md5:1"]}}"#)
        },
        BadInput("a configuration of another diff id", "wrongDigest", mentions: "layer 1") {
            try with(config: #"{"rootfs":{"diff_ids":["\#(Digest.of([1]))"]}}"#)
        },
        // The archive's own entries.
        BadInput("an entry that leaves the archive", "damaged", mentions: "../etc/passwd") {
            (try tiny.members(.ociArchive) + [Member("../etc/passwd", [1])]).map(\.entry).tar
        },
        BadInput("links in a circle", "damaged", mentions: "circle") {
            [TarEntry.symlink("index.json", to: "other"), .symlink("other", to: "index.json")].tar
        },
        BadInput("a link out of the archive", "damaged", mentions: "index.json", "out of") {
            [TarEntry.symlink("index.json", to: "../../../etc/passwd")].tar
        },
        BadInput("a link to an absolute path", "damaged", mentions: "index.json", "out of") {
            [TarEntry.symlink("index.json", to: "/etc/passwd")].tar
        },
        BadInput("an entry larger than the archive", "damaged", mentions: "index.json") {
            [TarEntry.file("index.json", "x").with { $0.overrides = [(124, Array("77777777777\0".utf8))] }]
                .tar
        },
        // Layers.
        BadInput("a layer that is no tar", "badLayer", mentions: "layer 1", "checksum") {
            try ImageBuilder([.init("", tar: Content.random(3, 2_000))]).archive(.ociArchive)
        },
        BadInput("a layer that ends early", "badLayer", mentions: "layer 2", "usr/bin/git", "300 more bytes")
        {
            let tar = Array(TarEntry.file("usr/bin/git", Content.random(1, 900)).bytes.dropLast(124 + 300))
            return try ImageBuilder([tiny.layers[0], .init("", tar: tar)]).archive(.ociArchive)
        },
        BadInput("a truncated compressed layer", "badLayer", mentions: "layer 1") {
            let blob = Array(try Packing.gzip(6).pack(tiny.layers[0].tar).dropLast(20))
            var image = ImageBuilder([.init("", tar: blob)])
            image.otherConfig = image.config(diffIDs: [tiny.layers[0].diffID.description])
            return try image.archive(.ociArchive)
        },
        BadInput(
            "a layer that unpacks to far more than it should", "tooLarge by unpacking", mentions: "layers",
            "100.0 kB"
        ) {
            let zeros = [TarEntry.file("zeros", [UInt8](repeating: 0, count: 1_000_000))]
            return try ImageBuilder([.init("", zeros)]).archive(.ociArchive, .gzip(9))
        },
        BadInput(layer: "an entry with ..", mentions: "../../etc/shadow", entries: .file("../../etc/shadow")),
        BadInput(layer: "an entry with .. inside", mentions: "a/../../b", entries: .file("a/../../b")),
        BadInput(
            layer: "a bad name with control characters", mentions: "..\\x1b",
            entries: .file("x/../../..\u{1b}\n/../..")),
        BadInput(
            layer: "a bad name of 4,000 bytes", mentions: "nnnn", "…",
            entries: .file("../" + String(repeating: "n", count: 4_000))),
        BadInput(
            layer: "a name of 10,000 bytes", mentions: "10000 bytes", "4095",
            entries: .file(String(repeating: "n", count: 10_000))),
        BadInput(
            layer: "a path through links in a circle", mentions: "'a/x'", "circle",
            entries: .symlink("a", to: "b"), .symlink("b", to: "a"), .file("a/x")),
        BadInput(
            layer: "a root that is a link", mentions: "'./'", "root", entries: .symlink("./", to: "usr")),
        BadInput(
            layer: "a GNU name beside a pax name", mentions: "ambiguous",
            entries: .file("f").with {
                $0.before = TarEntry.longName("L", Array("a".utf8))
                $0.records = [("path", Array("b".utf8))]
            }),
        BadInput(
            layer: "a negative size", mentions: "size",
            entries: .file("f").with { $0.overrides = [(124, TarEntry.base256(-1, width: 12))] }),
        BadInput(
            layer: "a huge size", mentions: "size",
            entries: .file("f").with { $0.overrides = [(124, TarEntry.base256(.max, width: 12))] }),
        BadInput(
            layer: "a size beyond the layer's end", mentions: "'f'", "more bytes",
            entries: .file("f").with { $0.overrides = [(124, TarEntry.base256(1 << 40, width: 12))] }),
        BadInput(
            layer: "a pax size beyond the layer's end", mentions: "'f'", "more bytes",
            entries: .file("f", "x").with { $0.records = [("size", Array("1000000000000".utf8))] }),
        BadInput(
            layer: "a negative pax size", mentions: "size",
            entries: .file("f", "x").with { $0.records = [("size", Array("-1".utf8))] }),
        BadInput(
            layer: "a hard link to nothing", mentions: "'link'", "'usr/none'",
            entries: .hardLink("link", to: "usr/none")),
        BadInput(
            layer: "a hard link without a target", mentions: "'link'", "does not say to what",
            entries: .hardLink("link", to: "")),
        BadInput(
            layer: "a hard link to what comes later", mentions: "'link'", entries: .hardLink("link", to: "f"),
            .file("f")),
        BadInput(layer: "a hard link to itself", mentions: "'link'", entries: .hardLink("link", to: "link")),
        BadInput(
            layer: "a hard link to a directory", mentions: "'link'", entries: .directory("d"),
            .hardLink("link", to: "d")),
        BadInput(
            layer: "a hard link out of the image", mentions: "'link'", "../x",
            entries: .hardLink("link", to: "../x")),
        BadInput(layer: "a whiteout of nothing", mentions: ".wh.", entries: .file("usr/.wh.")),
        BadInput(layer: "a whiteout of ..", mentions: ".wh...", entries: .file("usr/.wh...")),
        BadInput(layer: "an unknown type", mentions: "type", entries: TarEntry("f", flag: "Z")),
    ]

    @Test(arguments: inputs)
    func `bad input gives one clear line`(_ input: BadInput) async throws {
        let scratch = try Scratch()
        do {
            _ = try await load(try input.bytes(), scratch) { $0.unpackedByteCountLimit = 100_000 }
            Issue.record("accepted")
        } catch {
            #expect(kind(error) == input.kind, "\(error)")
            let text = "\(error)"
            #expect(text.contains(scratch.path("image.tar")))
            for mention in input.mentions { #expect(text.contains(mention), "\(text)") }
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }, "\(text)")
            #expect(text.count < 800, "\(text)")
        }
    }

    @Test func `what is not there is told by name`() async throws {
        let scratch = try Scratch()
        await #expect {
            try await ImageLoader.load(ImageRequest(path: scratch.path("none.tar")))
        } throws: { error in error is FileError && "\(error)".contains("none.tar") }
        try scratch.makeFolder("empty")
        await #expect {
            try await ImageLoader.load(ImageRequest(path: scratch.path("empty")))
        } throws: { kind($0) == "notAnImage" && "\($0)".contains("empty") }
        _ = try tiny.save(.ociFolder, to: "empty/layout", in: scratch)
        await #expect {
            try await ImageLoader.load(ImageRequest(path: scratch.path("empty")))
        } throws: { "\($0)".hasSuffix("but in its folder 'layout': name that") }
    }

    @Test func `a file in a layout folder that is missing or another is told`() async throws {
        let scratch = try Scratch()
        let path = try tiny.save(.ociFolder, to: "layout", in: scratch)
        try scratch.write("layout/\(layerName)", Array("other".utf8))
        await #expect { try await ImageLoader.load(ImageRequest(path: path)) } throws: {
            kind($0) == "damaged"
        }
        var wrong = tiny.layers[0].tar
        wrong[600] ^= 1
        try scratch.write("layout/\(layerName)", wrong)
        await #expect { try await ImageLoader.load(ImageRequest(path: path)) } throws: {
            kind($0) == "wrongDigest"
        }
    }

    @Test func `an image that only attests is none`() async throws {
        let scratch = try Scratch()
        let members = try tiny.members(.containerd).filter {
            Digest.of($0.content) != Digest.of((try? tiny.manifest()) ?? []) && $0.name != "manifest.json"
        }
        await #expect { try await load(members.map(\.entry).tar, scratch) } throws: { kind($0) == "missing" }
    }
}

struct DamagedArchiveTests {
    /// Loads damaged bytes: an error that names the file, or an image of the very same layers.
    private func tryLoading(_ bytes: [UInt8], _ scratch: Scratch, _ what: String) async -> Bool {
        do {
            let index = try await load(bytes, scratch).index
            #expect(index.summary.layers.map(\.diffID) == SampleImages.tiny.layers.map(\.diffID), "\(what)")
            #expect(index.listings.map(\.entries.count) == [1], "\(what)")
            return true
        } catch let error as ImageError {
            let text = error.description
            #expect(
                text.contains("image.tar") && text.unicodeScalars.allSatisfy { $0.value >= 0x20 },
                "\(what): \(text)")
        } catch {
            Issue.record("\(what): \(type(of: error)): \(error)")
        }
        return false
    }

    @Test(arguments: [(Layout.dockerSkopeo, Packing.plain), (.ociArchive, .gzip(6))])
    func `an archive that stops at any byte is refused, but not for lack of an end`(
        layout: Layout, packing: Packing
    ) async throws {
        let scratch = try Scratch()
        let bytes = try SampleImages.tiny.archive(layout, packing)
        let members = bytes.count - 1024
        for count in bytes.placesToDamage + [members - 1024, members, bytes.count - 512] {
            let isWhole = await tryLoading(Array(bytes[..<count]), scratch, "\(count) bytes")
            // Between blocks it may stop; within a header block something is missing.
            let isBetweenBlocks = (count - members) % 512 == 0 || count > members + 512
            if count >= members { #expect(isWhole == isBetweenBlocks, "\(count) of \(bytes.count) bytes") }
            // The last file's padding may be missing. Without oci-layout, the last member there, it is an image as well.
            let layoutStart = members - 1024
            let isWithoutLayout = layout == .ociArchive && (layoutStart - 511...layoutStart).contains(count)
            if count < members - 511, !isWithoutLayout {
                #expect(!isWhole, "\(count) of \(bytes.count) bytes")
            }
        }
    }

    @Test(arguments: [(Layout.dockerSkopeo, Packing.plain), (.ociArchive, .gzip(6))])
    func `an archive with any byte changed is refused or the same layers`(layout: Layout, packing: Packing)
        async throws
    {
        let scratch = try Scratch()
        let bytes = try SampleImages.tiny.archive(layout, packing)
        var accepted = 0
        for index in bytes.placesToDamage {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            if await tryLoading(damaged, scratch, "byte \(index)") { accepted += 1 }
        }
        // What pads blocks may be anything.
        #expect(accepted > 20)
        #expect(accepted < bytes.placesToDamage.count * 3 / 4)
    }
}
