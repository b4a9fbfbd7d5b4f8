import Bytes
import Delta
import FileIO
import Foundation
import Hashing
import Images
import OCI
import DeltaPackages
import TestSupport
import Testing

/// Packages of archives that hold several images or platforms.
struct SeveralImagesTests {
    private let roundtrip: Roundtrip
    private let scratch: Scratch

    init() throws {
        roundtrip = try Roundtrip()
        scratch = roundtrip.scratch
    }

    /// An image of a large layer that stays and one that has changed by a few bytes.
    private func image(
        _ number: Int, version: Int, architecture: String = "amd64", packing: Packing = .plain
    ) -> ImageBuilder {
        let seed = UInt64(number)
        var image = ImageBuilder(
            [
                .init("ADD data", [.file("opt/data\(number)", Content.random(seed, 60_000))]),
                .init(
                    "COPY app",
                    [.file("opt/app", Content.random(100 + seed, 40_000) + Array("version \(version)".utf8))]),
            ], name: "example.org/img\(number):\(version)")
        image.architecture = architecture
        return image
    }

    @Test func `what belongs to no image is counted, and comes out`() async throws {
        let other = Member(blob: Content.random(9, 90_000))
        let old = try await roundtrip.open(image(1, version: 1), .ociArchive, as: "old")
        var counts: [UInt64] = []
        for members in [[], [other]] {
            let archive = (try image(1, version: 2).members(.ociArchive) + members).map(\.entry).tar
            let new = try await roundtrip.load(scratch.write("new", archive))
            let made = try await DeltaCreator(old: old, new: new).create(
                at: scratch.path("d.silt"), replacesExisting: true, options: DeltaOptions(level: .fast))
            counts.append(made.otherByteCount)
            #expect(try roundtrip.apply(scratch.path("d.silt"), to: old) == archive)
        }
        #expect(counts == [0, 90_000])
    }

    @Test func `lists of images belong to them`() async throws {
        let first = image(1, version: 1)
        let platforms = try LayoutBuilder.platforms([first, image(2, version: 1, architecture: "arm64")])
        let other = Member("\(first.imageID.hex)/note", Content.random(9, 70_000))
        for (name, archive, count) in [
            ("platforms", platforms, UInt64(0)),
            ("legacy", try first.members(.dockerLegacy).map(\.entry).tar, 0),
            ("legacy and a note", (try first.members(.dockerLegacy) + [other]).map(\.entry).tar, 70_000),
        ] {
            let new = try await set(archive, as: "new.tar")
            let made = try await DeltaCreator(old: new, new: new).create(
                at: scratch.path("d.silt"), replacesExisting: true, options: DeltaOptions(level: .fast))
            #expect(made.otherByteCount == count, "\(name)")
        }
    }

    /// `docker save` of several images.
    private func saved(_ images: [ImageBuilder]) throws -> [UInt8] {
        let layers = images.flatMap(\.layers).map { Member("\($0.diffID.hex).tar", $0.tar) }
        let configs = images.map { Member("\($0.imageID.hex).json", $0.config) }
        let list = images.map { image in
            JSON.object([
                ("Config", .text("\(image.imageID.hex).json")), ("RepoTags", [.text(image.name)]),
                ("Layers", .list(image.layers.map { .text("\($0.diffID.hex).tar") })),
            ])
        }
        var seen: Set<String> = []
        return (configs + layers + [Member("manifest.json", JSON.list(list).bytes)])
            .filter { seen.insert($0.name).inserted }.map(\.entry).tar
    }

    private func set(_ bytes: [UInt8], as name: String, image: String? = nil) async throws -> ImageSet {
        try await ImageLoader.loadSet(ImageRequest(path: scratch.write(name, bytes), imageName: image))
    }

    private func create(_ old: ImageSet, _ new: ImageSet, as name: String = "d.silt") async throws -> UInt64 {
        try await DeltaCreator(old: old, new: new, jobs: 2).create(
            at: scratch.path(name), replacesExisting: true, options: DeltaOptions(level: .fast, jobs: 2)
        ).byteCount
    }

    /// What the receiver opens for a package: found by content alone.
    private func receiver(of package: String, in path: String) async throws -> ImageSet {
        let file = try PackageFile.open(scratch.path(package))
        return try await ImageLoader.loadSet(
            ImageRequest(
                path: scratch.path(path), hashesFiles: false, trustsLayers: true, contents: file.oldContents))
    }

    @Test func `one package makes an archive of several images`() async throws {
        let oldBytes = try saved((1...3).map { image($0, version: 1) })
        let newBytes = try saved((1...3).map { image($0, version: 2) })
        let byteCount = try await create(set(oldBytes, as: "old"), set(newBytes, as: "new"))
        // Three layers have a few new bytes each; nothing of the others is shipped.
        #expect(byteCount < 6_000, "\(byteCount)")
        let old = try await receiver(of: "d.silt", in: "old")
        #expect(try roundtrip.apply(scratch.path("d.silt"), to: old) == newBytes)
        let document = try DeltaPackage.open(scratch.path("d.silt")).document
        #expect(document.new.images.map(\.names) == (1...3).map { ["example.org/img\($0):2"] })
        #expect(document.new.layers.count == 6)
    }

    @Test(arguments: [Packing.plain, .gzip(6)])
    func `one package makes all platforms of an image`(packing: Packing) async throws {
        let architectures = ["amd64", "arm64", "riscv64"]
        func archive(_ version: Int) throws -> [UInt8] {
            try LayoutBuilder.platforms(
                architectures.enumerated().map {
                    image($0.offset, version: version, architecture: $0.element)
                }, packing)
        }
        let newBytes = try archive(2)
        let byteCount = try await create(set(archive(1), as: "old"), set(newBytes, as: "new"))
        #expect(byteCount < 8_000, "\(byteCount)")
        let old = try await receiver(of: "d.silt", in: "old")
        #expect(try roundtrip.apply(scratch.path("d.silt"), to: old) == newBytes)
        let document = try DeltaPackage.open(scratch.path("d.silt")).document
        #expect(document.new.images.map(\.platform) == architectures.map { "linux/\($0)" })
    }

    @Test func `what several images share is shipped once`() async throws {
        let shared = ImageBuilder.Layer("ADD base", [.file("base", Content.random(9, 50_000))])
        func images(_ count: Int) -> [ImageBuilder] {
            (1...count).map {
                ImageBuilder([shared, .init("COPY", [.file("a", "\($0)")])], name: "img\($0):1")
            }
        }
        let old = try await set(SampleImages.old.archive(.dockerSkopeo), as: "old")
        let two = try await create(old, set(saved(images(2)), as: "two"))
        let twenty = try await create(old, set(saved(images(20)), as: "twenty"))
        #expect(twenty < two + 20_000, "\(two) and \(twenty)")
        let made = try roundtrip.apply(
            scratch.path("d.silt"), to: await receiver(of: "d.silt", in: "old"))
        #expect(made == (try saved(images(20))))
    }

    @Test func `content of any old image is made use of`() async throws {
        let content = Content.random(7, 80_000)
        let first = ImageBuilder([.init("COPY", [.file("a", "nothing")])], name: "img1:1")
        let second = ImageBuilder([.init("COPY", [.file("big", content)])], name: "img2:1")
        // The content moved from one image to the other.
        let next = ImageBuilder(
            [.init("COPY", [.file("a", "nothing"), .file("moved", content)])], name: "img1:2")
        let byteCount = try await create(
            set(saved([first, second]), as: "old"), set(saved([next]), as: "new"))
        #expect(byteCount < 3_000, "\(byteCount)")
        // The receiver's images may lie in another archive, among others and in another order.
        _ = try scratch.write("other", saved([image(5, version: 1), second, first]))
        let old = try await receiver(of: "d.silt", in: "other")
        #expect(old.images.count == 2)
        #expect(try roundtrip.apply(scratch.path("d.silt"), to: old) == saved([next]))
    }

    @Test func `each image is compared with the old one of its name and platform`() async throws {
        // All have the same paths; only the one of the same name has the same content but for a few bytes.
        func images(_ version: Int, _ order: [Int]) -> [ImageBuilder] {
            order.map { image($0, version: version) }
        }
        let byteCount = try await create(
            set(saved(images(1, [1, 2, 3, 4])), as: "old"), set(saved(images(2, [4, 2, 1, 3])), as: "new"))
        #expect(byteCount < 8_000, "\(byteCount)")
    }

    @Test func `a chosen image is shipped by itself`() async throws {
        let oldBytes = try saved((1...3).map { image($0, version: 1) })
        let newBytes = try saved((1...3).map { image($0, version: 2) } + [SampleImages.new])
        let new = try await set(newBytes, as: "new", image: "example.org/img2:2")
        #expect(new.isOneOfSeveral && new.images.count == 1)
        let byteCount = try await create(set(oldBytes, as: "old", image: "example.org/img2:1"), new)
        #expect(byteCount < 3_000, "\(byteCount)")
        let old = try await receiver(of: "d.silt", in: "old")
        #expect(old.images.count == 1)
        let made = try roundtrip.apply(scratch.path("d.silt"), to: old)
        let found = try await roundtrip.load(scratch.write("made", made))
        #expect(found.index.summary.imageID == image(2, version: 2).imageID)
        #expect(found.index.summary.names == ["example.org/img2:2"])
        // Where there is no choice, choosing changes nothing.
        let only = try await set(SampleImages.new.archive(.docker25), as: "only", image: "example.org/app:2")
        #expect(!only.isOneOfSeveral)
        #expect(only.archiveByteCount == UInt64(try SampleImages.new.archive(.docker25).count))
    }

    @Test(arguments: [OutputFormat.oci, .docker])
    func `all images or one of them come out in another format`(_ format: OutputFormat) async throws {
        let images = ["amd64", "arm64"].enumerated().map {
            image($0.offset, version: 2, architecture: $0.element)
        }
        let olds = ["amd64", "arm64"].enumerated().map {
            image($0.offset, version: 1, architecture: $0.element)
        }
        _ = try await create(
            set(LayoutBuilder.platforms(olds), as: "old"), set(LayoutBuilder.platforms(images), as: "new"))
        let old = try await receiver(of: "d.silt", in: "old")
        let all = try await set(roundtrip.apply(scratch.path("d.silt"), to: old, format), as: "all")
        #expect(all.images.map(\.summary.imageID) == images.map(\.imageID))
        let one = try await set(
            roundtrip.apply(scratch.path("d.silt"), to: old, format, making: images[1].imageID.short),
            as: "one")
        #expect(one.images.map(\.summary.imageID) == [images[1].imageID])
    }

    @Test func `a folder of several images becomes an archive of all of them`() async throws {
        func folder(_ version: Int) throws -> String {
            var layout = LayoutBuilder()
            layout.entries = try (1...2).map {
                try layout.store(image($0, version: version), [LayoutBuilder.name("img\($0):\(version)")])
            }
            for member in layout.members { try scratch.write("v\(version)/\(member.name)", member.content) }
            try scratch.write("v\(version)/notes.txt", Array("mine".utf8))
            return scratch.path("v\(version)")
        }
        let old = try await ImageLoader.loadSet(ImageRequest(path: folder(1)))
        let new = try await ImageLoader.loadSet(ImageRequest(path: folder(2)))
        let byteCount = try await create(old, new)
        #expect(byteCount < 5_000, "\(byteCount)")
        let made = try await set(
            roundtrip.apply(scratch.path("d.silt"), to: receiver(of: "d.silt", in: "v1")), as: "made")
        #expect(made.images.map(\.summary.manifestDigest) == new.images.map(\.summary.manifestDigest))
        #expect(made.names == ["img1:2", "img2:2"])
    }

    @Test func `an image in two forms is rebuilt in both`() async throws {
        func archive(_ version: Int) throws -> [UInt8] {
            var layout = LayoutBuilder()
            layout.entries = try [Packing.plain, .gzip(6)].map {
                try layout.store(
                    image(1, version: version), [LayoutBuilder.name("img:\(version)")], packing: $0)
            }
            return layout.archive
        }
        let byteCount = try await create(set(archive(1), as: "old"), set(archive(2), as: "new"))
        #expect(byteCount < 5_000, "\(byteCount)")
        let old = try await receiver(of: "d.silt", in: "old")
        #expect(try roundtrip.apply(scratch.path("d.silt"), to: old) == archive(2))
    }

    @Test func `which layers a receiver lacks is told`() async throws {
        _ = try await create(
            set(saved((1...2).map { image($0, version: 1) }), as: "old"),
            set(saved((1...2).map { image($0, version: 2) }), as: "new"))
        _ = try scratch.write("half", saved([image(1, version: 1)]))
        let old = try await receiver(of: "d.silt", in: "half")
        #expect {
            try roundtrip.apply(scratch.path("d.silt"), to: old)
        } throws: {
            "\($0)".contains("layer 3 (") && "\($0)".contains("layer 4 (") && "\($0)".contains("are missing")
        }
        _ = try scratch.write("none", saved([image(7, version: 1), image(8, version: 1)]))
        await #expect {
            try await receiver(of: "d.silt", in: "none")
        } throws: { "\($0)".contains("holds no image with the layers that are needed") }
    }

    @Test func `packages of several images do not depend on threads`() async throws {
        let old = try await set(saved((1...4).map { image($0, version: 1) }), as: "old")
        let new = try await set(saved((1...4).map { image($0, version: 2) }), as: "new")
        var made: [[UInt8]] = []
        for jobs in [1, 3] {
            _ = try await DeltaCreator(old: old, new: new, jobs: jobs).create(
                at: scratch.path("d.silt"), replacesExisting: true,
                options: DeltaOptions(level: .default, jobs: jobs))
            made.append(try scratch.read("d.silt"))
        }
        #expect(made[0] == made[1])
    }

    @Test func `documents that name what is not there are refused`() async throws {
        _ = try await create(
            set(saved((1...2).map { image($0, version: 1) }), as: "old"),
            set(saved((1...2).map { image($0, version: 2) }), as: "new"))
        for (side, value) in [("new", [[String: Any]]()), ("old", [])] {
            var parts = try PackageParts(scratch.path("d.silt"))
            try parts.changeDocument { document in
                var object = document[side] as? [String: Any] ?? [:]
                object["images"] = value
                document[side] = object
            }
            #expect(throws: PackageError.self) {
                try DeltaPackage.open(try scratch.write("bad.silt", parts.bytes()))
            }
        }
        for place in [-1, 4, Int.max] {
            var parts = try PackageParts(scratch.path("d.silt"))
            try parts.changeDocument { document in
                var new = document["new"] as? [String: Any] ?? [:]
                var images = new["images"] as? [[String: Any]] ?? []
                images[1]["layers"] = [0, place]
                new["images"] = images
                document["new"] = new
            }
            #expect(throws: PackageError.self) {
                try DeltaPackage.open(try scratch.write("bad.silt", parts.bytes()))
            }
        }
    }

    @Test func `deltas to images of one name are told apart by id`() async throws {
        var other = SampleImages.new
        other.created = "2030-01-01T00:00:00Z"
        let old = try await roundtrip.open(SampleImages.old, .docker25, as: "old")
        var parts: PackageParts?
        for image in [SampleImages.new, other] {
            let made = try PackageParts(
                try await roundtrip.create(old, roundtrip.open(image, .docker25, as: "new")))
            if parts == nil { parts = made } else { parts?.add(made) }
        }
        let file = try PackageFile.open(try scratch.write("both.silt", try #require(parts).bytes()))
        let ids = [SampleImages.new.imageID, other.imageID]
        #expect {
            try file.delta(from: ImageSet(old), making: "docker.io/" + other.name)
        } throws: { error in
            ids.allSatisfy { "\(error)".contains($0.short) }
        }
        for id in ids {
            #expect(
                try file.delta(from: ImageSet(old), making: id.short).document.new.images.map(\.imageID) == [
                    id
                ])
        }
    }
}
