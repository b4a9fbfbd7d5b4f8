import Bytes
import Delta
import FileTree
import FileIO
import Hashing
import Images
import OCI
import Shipping
import DeltaPackages
import TestSupport
import Testing

struct RoundtripTests {
    private let roundtrip: Roundtrip
    private var scratch: Scratch { roundtrip.scratch }

    init() throws { roundtrip = try Roundtrip() }

    @Test(arguments: Layout.allCases, Packing.layers)
    func `the new archive comes out byte for byte, whatever form it has`(layout: Layout, packing: Packing)
        async throws
    {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let new = try await roundtrip.open(SampleImages.new, layout, packing, as: "new")
        let package = try await roundtrip.create(old, new)
        let made = try roundtrip.apply(package, to: old)
        if !layout.isFolder { #expect(try made == SampleImages.new.archive(layout, packing)) }
        let again = try await roundtrip.load(try scratch.write("made", made)).index
        #expect(again.summary.imageID == SampleImages.new.imageID)
        #expect(again.summary.manifestDigest == new.index.summary.manifestDigest)
        #expect(again.summary.layers.map(\.digest) == new.index.summary.layers.map(\.digest))
        #expect(again.listings == new.index.listings)
    }

    @Test func `layers may end with an extension header`() async throws {
        func layer(_ entry: TarEntry, _ last: Character) -> ImageBuilder.Layer {
            // Of the kinds that there are, a global one may only say what does not matter.
            let header = TarEntry("x", flag: last).with { $0.content = Array("15 comment=abc\n".utf8) }
            return .init("", tar: entry.bytes + header.bytes + [UInt8](repeating: 0, count: 1024))
        }
        func builder(_ version: UInt64) -> ImageBuilder {
            ImageBuilder([
                layer(.file("a", Content.text(1, 5_000)), "x"),
                layer(.file("b", Content.text(2, 5_000)), "L"),
                layer(.file("c", Content.text(2, 5_000) + Content.text(version, 10)), "g"),
            ])
        }
        let old = try await roundtrip.open(builder(3), .ociArchive, as: "old")
        let new = try await roundtrip.open(builder(4), .ociArchive, .gzip(6), as: "new")
        #expect(new.index.listings.map(\.entries.count) == [1, 1, 1])
        let package = try await roundtrip.create(old, new)
        #expect(try roundtrip.apply(package, to: old) == builder(4).archive(.ociArchive, .gzip(6)))
    }

    @Test(arguments: Layout.allCases, Packing.layers)
    func `any save of the old image will do`(layout: Layout, packing: Packing) async throws {
        let old = try await roundtrip.open(SampleImages.old, .docker25, as: "old")
        let new = try await roundtrip.open(SampleImages.new, as: "new")
        let package = try await roundtrip.create(old, new)
        let other = try await roundtrip.open(SampleImages.old, layout, packing, as: "other")
        #expect(try roundtrip.apply(package, to: other) == SampleImages.new.archive(.dockerLegacy))
    }

    @Test(arguments: Packing.layers)
    func `what was made of one save is applied to another`(packing: Packing) async throws {
        let old = try await roundtrip.open(SampleImages.old, .ociArchive, packing, as: "old")
        let new = try await roundtrip.open(SampleImages.new, .ociArchive, packing, as: "new")
        let package = try await roundtrip.create(old, new)
        #expect(try roundtrip.apply(package, to: old) == SampleImages.new.archive(.ociArchive, packing))
        for (layout, other) in [
            (Layout.dockerSkopeo, Packing.plain), (.ociArchive, .gzip(4)), (.ociArchive, .zstd),
        ] {
            let held = try await roundtrip.open(SampleImages.old, layout, other, as: "held")
            #expect(try roundtrip.apply(package, to: held) == SampleImages.new.archive(.ociArchive, packing))
            let made = try await roundtrip.load(
                try scratch.write("made", try roundtrip.apply(package, to: held, .docker)))
            #expect(made.index.summary.imageID == SampleImages.new.imageID)
        }
    }

    @Test func `files that hold the same but are stored in other ways come out as they were stored`()
        async throws
    {
        let images = TarEntry.withHoles(Content.random(1, 1024)).map { ImageBuilder([.init("", [$0])]) }
        for (old, new) in zip(images, images.dropFirst() + images.prefix(1)) {
            let held = try await roundtrip.open(old, as: "old")
            let package = try await roundtrip.create(held, try await roundtrip.open(new, as: "new"))
            #expect(try roundtrip.apply(package, to: held) == new.archive(.dockerLegacy))
        }
    }

    @Test(arguments: Packing.archives)
    func `a compressed archive comes out as what it holds`(outer: Packing) async throws {
        let old = try await roundtrip.load(
            try SampleImages.old.save(.docker25, outer: outer, to: "old", in: scratch))
        let new = try await roundtrip.load(
            try SampleImages.new.save(.docker25, outer: outer, to: "new", in: scratch))
        let package = try await roundtrip.create(old, new)
        #expect(try roundtrip.apply(package, to: old) == SampleImages.new.archive(.docker25))
    }

    @Test(arguments: DeltaLevel.allCases)
    func `every level makes the same archive`(level: DeltaLevel) async throws {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let new = try await roundtrip.open(SampleImages.new, as: "new")
        let package = try await roundtrip.create(old, new, options: DeltaOptions(level: level, jobs: 2))
        #expect(try roundtrip.apply(package, to: old) == SampleImages.new.archive(.dockerLegacy))
        #expect(try scratch.read("d.silt").count * 5 < SampleImages.new.archive(.dockerLegacy).count)
    }

    @Test(arguments: [Layout.ociArchive, .dockerLegacy], [Packing.plain, .gzip(6), .zstd])
    func `the same inputs give the same package, whatever the number of jobs`(
        layout: Layout, packing: Packing
    ) async throws {
        var packages: [[UInt8]] = []
        for jobs in [1, 2, 5, 2] {
            let old = try await roundtrip.open(SampleImages.old, layout, packing, as: "old")
            let new = try await roundtrip.open(SampleImages.new, layout, packing, as: "new")
            _ = try await roundtrip.create(old, new, options: DeltaOptions(level: .default, jobs: jobs))
            packages.append(try scratch.read("d.silt"))
        }
        #expect(Set(packages).count == 1)
    }

    @Test func `what a package costs is known before it is written`() async throws {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let new = try await roundtrip.open(SampleImages.new, as: "new")
        let creator = DeltaCreator(old: old, new: new)
        let options = DeltaOptions(level: .fast, jobs: 2)
        let recipes = try await creator.recipes(options)
        let costs = try await creator.costs(recipes, level: .fast)
        let made = try await creator.create(
            at: scratch.path("d.silt"), replacesExisting: false, options: options)
        #expect(costs.byteCount == made.byteCount)
        #expect(made.byteCount == UInt64(try scratch.read("d.silt").count))
    }

    @Test func `an image of itself costs next to nothing`() async throws {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let package = try await roundtrip.create(old, old)
        #expect(try scratch.read("d.silt").count < 3_000)
        #expect(try roundtrip.apply(package, to: old) == SampleImages.old.archive(.dockerLegacy))
        #expect(try DeltaPackage.open(package).document.new.layers.allSatisfy { $0.tar == .old })
    }

    @Test func `layers that come several times, hold nothing or are new to the last byte are no trap`()
        async throws
    {
        let twice = ImageBuilder.Layer("RUN", [.file("a", Content.text(1, 3_000))])
        let empty = ImageBuilder.Layer("RUN true", [])
        let odd = ImageBuilder.Layer("RUN", tar: [TarEntry.file("x", "y")].tar + Content.random(4, 300))
        let images = [
            ImageBuilder([]), ImageBuilder([empty]), ImageBuilder([empty, twice, empty, twice]),
            ImageBuilder([twice]),
            ImageBuilder([odd, twice]), SampleImages.new,
        ]
        for (from, old) in images.enumerated() {
            for (to, new) in images.enumerated() {
                let layout = (from + to).isMultiple(of: 2) ? Layout.dockerSkopeo : .ociArchive
                let opened = try await roundtrip.open(old, layout, as: "old")
                let package = try await roundtrip.create(
                    opened, try await roundtrip.open(new, layout, .gzip(6), as: "new"))
                #expect(
                    try roundtrip.apply(package, to: opened) == new.archive(layout, .gzip(6)),
                    "\(from) to \(to)")
            }
        }
    }

    @Test func `the program's own output formats hold the same image`() async throws {
        let old = try await roundtrip.open(SampleImages.old, .ociArchive, .gzip(6), as: "old")
        let new = try await roundtrip.open(SampleImages.new, .containerd, .gzip(6), as: "new")
        let package = try await roundtrip.create(old, new)
        for format in [OutputFormat.oci, .docker] {
            let path = try scratch.write("made", try roundtrip.apply(package, to: old, format))
            let made = try await roundtrip.load(path).index
            #expect(made.summary.imageID == SampleImages.new.imageID)
            #expect(made.summary.names == [SampleImages.new.name])
            #expect(made.listings == new.index.listings)
            #expect(
                made.summary.layers.map(\.compression)
                    == new.index.summary.layers.map { _ in format == .oci ? .gzip : .none })
            if format == .oci { #expect(made.summary.manifestDigest == new.index.summary.manifestDigest) }
        }
    }

    @Test func `an OCI archive is a docker archive, too`() async throws {
        let old = try await roundtrip.open(SampleImages.old, .ociArchive, .gzip(6), as: "old")
        let new = try await roundtrip.open(SampleImages.new, .ociArchive, .gzip(6), as: "new")
        let made = try roundtrip.apply(try await roundtrip.create(old, new), to: old, .oci)
        // Without its index it is a docker archive alone.
        let parts = try LayerParts(made)
        let kept = parts.parts.filter {
            !["index.json", "oci-layout"].map { Array($0.utf8) }.contains($0.name)
        }
        let bytes = kept.flatMap { $0.structure + $0.content + $0.padding } + parts.trailer
        let saved = try await roundtrip.load(try scratch.write("saved", bytes))
        #expect(saved.index.summary.imageID == SampleImages.new.imageID)
        #expect(saved.index.summary.names == [SampleImages.new.name])
        #expect(saved.index.listings == new.index.listings)
    }

    @Test func `an image without a manifest gets one in an OCI archive`() async throws {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let package = try await roundtrip.create(old, try await roundtrip.open(SampleImages.new, as: "new"))
        let made = try roundtrip.apply(package, to: old, .oci)
        let image = try await roundtrip.load(try scratch.write("made", made))
        #expect(image.index.summary.imageID == SampleImages.new.imageID)
        #expect(image.index.summary.manifestDigest != nil)
        #expect(image.index.summary.names == [SampleImages.new.name])
        #expect(image.index.summary.layers.map(\.digest) == SampleImages.new.layers.map(\.diffID))
    }

    @Test func `the wrong old image is told layer by layer before anything is written`() async throws {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let package = try DeltaPackage.open(
            try await roundtrip.create(old, try await roundtrip.open(SampleImages.new, as: "new")))
        let wrong = ImageBuilder([SampleImages.old.layers[0], SampleImages.new.layers[1]])
        let opened = try await roundtrip.open(wrong, as: "wrong")
        #expect {
            try DeltaApplier(package: package, old: opened)
        } throws: { error in
            guard case PackageError.wrongOldImage(_, scratch.path("wrong"), let missing) = error else {
                return false
            }
            return missing == [2, 3].map { "layer \($0) (\(SampleImages.old.layers[$0 - 1].diffID))" }
                && "\(error)".contains("d.silt") && !"\(error)".contains("\n")
        }
        // An image with all layers of the old one, and more, is as good as it.
        let more = ImageBuilder(SampleImages.old.layers.reversed() + [.init("", [.file("z")])])
        let applier = try DeltaApplier(package: package, old: try await roundtrip.open(more, as: "more"))
        var made: [UInt8] = []
        try applier.apply(.same, into: { made += $0 })
        #expect(try made == SampleImages.new.archive(.dockerLegacy))
    }

    @Test func `a target that exists is kept`() async throws {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        try scratch.write("d.silt", [1])
        await #expect(throws: FileError.exists(path: scratch.path("d.silt"))) {
            try await DeltaCreator(old: old, new: old).create(
                at: scratch.path("d.silt"), replacesExisting: false, options: DeltaOptions())
        }
        #expect(try scratch.read("d.silt") == [1])
    }

    @Test(.enabled(if: SmallDisk.isAllowed, "needs the right to mount"))
    func `a full disk is told and leaves nothing`() async throws {
        let disk = try #require(try SmallDisk())
        let new = ImageBuilder([.init("", [.file("noise", Content.random(1, 2_000_000))])])
        let opened = try await roundtrip.open(new, as: "new")
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        await #expect {
            try await DeltaCreator(old: old, new: opened).create(
                at: disk.path + "/d.silt", replacesExisting: false, options: DeltaOptions(level: .fast))
        } throws: { error in error is FileError && "\(error)".contains("\(disk.path)/d.silt") }
        #expect(try FileKind.names(inFolder: disk.path) == [])
    }

    @Test func `what is cancelled leaves nothing`() async throws {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let new = try await roundtrip.open(SampleImages.new, as: "new")
        let before = scratch.names
        let path = scratch.path("d.silt")
        let work = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await DeltaCreator(old: old, new: new).create(
                at: path, replacesExisting: false, options: DeltaOptions(level: .fast))
        }
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(scratch.names == before)
    }

    @Test func `a package is an OCI artifact that names the new image`() async throws {
        let old = try await roundtrip.open(SampleImages.old, .ociArchive, as: "old")
        let new = try await roundtrip.open(SampleImages.new, .ociArchive, as: "new")
        let package = try DeltaPackage.open(try await roundtrip.create(old, new))
        #expect(package.document.old.layers == SampleImages.old.layers.map(\.diffID))
        #expect(package.document.new.images.map(\.imageID) == [SampleImages.new.imageID])
        #expect(package.document.new.archive.digest == Digest.of(try SampleImages.new.archive(.ociArchive)))
        #expect(package.document.new.layers.map(\.diffID) == SampleImages.new.layers.map(\.diffID))
        // Read as an image it says what it is.
        let path = scratch.path("d.silt")
        await #expect {
            try await ImageLoader.load(ImageRequest(path: path))
        } throws: { error in
            if case ImageError.notAnImage = error { true } else { false }
        }
    }

    @Test func `what a pull costs is exact where layers are compressed`() async throws {
        let old = try await roundtrip.open(SampleImages.old, .ociArchive, .gzip(6), as: "old")
        let new = try await roundtrip.open(SampleImages.new, .ociArchive, .gzip(6), as: "new")
        let compressed = try await PullEstimate.figure(old: old, new: new, jobs: 2)
        #expect(compressed.isExact)
        #expect(
            compressed.byteCount
                == new.index.summary.layers.dropFirst().reduce(new.documentByteCount) {
                    $0 + $1.blobByteCount
                })
        let plain = try await PullEstimate.figure(
            old: old, new: try await roundtrip.open(SampleImages.new, as: "plain"), jobs: 2)
        #expect(!plain.isExact)
        #expect(plain.byteCount * 2 > compressed.byteCount && plain.byteCount < compressed.byteCount * 2)
    }

    @Test func `a pull may send a layer again that somebody compressed anew`() async throws {
        let old = try await roundtrip.open(SampleImages.old, .ociArchive, .gzip(6), as: "old")
        let new = try await roundtrip.open(SampleImages.old, .ociArchive, .gzip(1), as: "new")
        #expect(old.index.summary.imageID == new.index.summary.imageID)
        let differing = zip(old.index.summary.layers, new.index.summary.layers).filter {
            $0.digest != $1.digest
        }
        let byteCount = differing.reduce(0) { $0 + $1.1.blobByteCount }
        try #require(byteCount > 0)
        let figure = try await PullEstimate.figure(old: old, new: new, jobs: 2)
        #expect(figure.byteCount == byteCount && figure.bounds == 0...byteCount)
        #expect(try await PullEstimate.figure(old: old, new: old, jobs: 2) == .zero)
    }
}
