import Bytes
import Delta
import Hashing
import Images
import OCI
import Recompression
import TestSupport
import Testing

@testable import DeltaPackages

/// Packages for receivers that hold the old layers as they are compressed, and for such as hold their content.
struct OldFormTests {
    private let roundtrip: Roundtrip
    private var scratch: Scratch { roundtrip.scratch }

    private static let program = (0..<60).flatMap { Content.text($0, 3_000) }

    private static func image(isNew: Bool) -> ImageBuilder {
        let files: [TarEntry] = [
            .file("before", isNew ? Content.text(77, 3_000) : Content.text(78, 2_000)),
            .file("program", isNew ? Content.mutated(program, seed: 3) : program),
        ]
        return ImageBuilder([
            .init("ADD base", [.file("base", "the same")]), .init("COPY app", files),
        ])
    }

    init() throws { roundtrip = try Roundtrip() }

    private func package(for form: OldForm?, oldPacking: Packing = .oddGzip) async throws -> DeltaPackage {
        let old = try await roundtrip.open(Self.image(isNew: false), .ociArchive, oldPacking, as: "old")
        let new = try await roundtrip.open(Self.image(isNew: true), .ociArchive, .oddGzip, as: "new")
        return try await package(for: form, old, new).package
    }

    private func package(for form: OldForm?, _ old: OpenedImage, _ new: OpenedImage) async throws -> (
        package: DeltaPackage, made: CreatedPackage
    ) {
        let path = scratch.path("\(form?.rawValue ?? "any").silt")
        let made = try await DeltaCreator(old: old, new: new, oldForm: form).create(
            at: path, replacesExisting: true, options: DeltaOptions(level: .fast))
        let package = try DeltaPackage.open(path)
        #expect(made.layersOfOldBlobs.isEmpty == package.document.neededOldBlobs.isEmpty)
        return (package, made)
    }

    /// Two layers, the lower of which both images have: too large for a description by the way of any general encoder to be
    /// short.
    private static func shared(isNew: Bool) -> ImageBuilder {
        ImageBuilder([
            .init("ADD base", [.file("base", (0..<60).flatMap { Content.text($0, 3_000) })]),
            .init("COPY app", [.file("app", Array((isNew ? "new" : "old").utf8))]),
        ])
    }

    private func held(_ packing: Packing) async throws -> OpenedImage {
        try await roundtrip.open(Self.image(isNew: false), .ociArchive, packing, as: "held")
    }

    @Test func `the old blob is made use of where receivers hold it`() async throws {
        let package = try await package(for: nil)
        let layer = package.document.new.layers[1]
        let oldBlob = Digest.of(try Packing.oddGzip.pack(Self.image(isNew: false).layers[1].tar))
        guard case .repack(let digest, oldBlob) = layer.encoding else {
            Issue.record("the layer is encoded as \(layer.encoding)")
            return
        }
        #expect(package.document.neededOldBlobs == [oldBlob])
        let making = try package.making(of: digest)
        #expect("\(making)".contains("rebuilt with the old blob"))
        let made = try roundtrip.apply(package.path, to: try await held(.oddGzip))
        #expect(made == (try Self.image(isNew: true).archive(.ociArchive, .oddGzip)))
    }

    @Test(arguments: [Packing.plain, .gzip(6), .zstd])
    func `a receiver that holds the content alone is told at once, and gets uncompressed layers`(
        packing: Packing
    ) async throws {
        let package = try await package(for: nil)
        let held = try await held(packing)
        let applier = try DeltaApplier(package: package, old: held)
        let refusal = PackageError.needsOldBlobs(layers: [2], image: scratch.path("held"))
        for format in [OutputFormat.same, .oci] {
            #expect(throws: refusal) { try applier.check(format) }
            #expect(throws: refusal) {
                try applier.apply(format) { _ in Issue.record("something was made") }
            }
        }
        #expect(!refusal.isDamage)
        try applier.check(.docker)
        let made = try await roundtrip.load(
            try scratch.write("made", try roundtrip.apply(package.path, to: held, .docker)))
        #expect(made.index.summary.imageID == Self.image(isNew: true).imageID)
    }

    @Test func `unchanged layers are described unless receivers hold them as they are here`() async throws {
        func unchanged(_ form: OldForm?) async throws -> DeltaDocument.Encoding {
            try await package(for: form).document.new.layers[0].encoding
        }
        #expect(try await unchanged(.blobs) == .old(repack: nil))
        guard case .old(.some) = try await unchanged(nil) else {
            Issue.record("nothing makes it again")
            return
        }
        // So small a blob travels whole where receivers need it.
        #expect(try await unchanged(.content).neededOldBlob == nil)
    }

    @Test func `a package for receivers of content takes no old blob, and is larger`() async throws {
        let blobs = try await package(for: .blobs)
        let content = try await package(for: .content)
        #expect(content.document.neededOldBlobs == [])
        for packing in [Packing.plain, .oddGzip, .zstd] {
            let made = try roundtrip.apply(content.path, to: try await held(packing))
            #expect(made == (try Self.image(isNew: true).archive(.ociArchive, .oddGzip)))
        }
        func byteCount(_ package: DeltaPackage) -> UInt64 { package.blobs.reduce(0) { $0 + $1.size } }
        #expect(byteCount(blobs) + 1_000 < byteCount(content))
    }

    @Test(arguments: [Packing.plain, .zstd])
    func `an old image whose layers are compressed in no such way tells nothing`(packing: Packing)
        async throws
    {
        let package = try await package(for: .blobs, oldPacking: packing)
        #expect(package.document.new.layers.allSatisfy { $0.encoding.neededOldBlob == nil })
        let made = try roundtrip.apply(package.path, to: try await held(.gzip(1)))
        #expect(made == (try Self.image(isNew: true).archive(.ociArchive, .oddGzip)))
    }

    @Test(arguments: [Packing.xz, .zstd, .oddGzip, .gzip(6), .zstdFrames])
    func `a package for receivers of content makes unchanged layers of any form, whoever compressed them`(
        packing: Packing
    ) async throws {
        let old = try await roundtrip.open(Self.shared(isNew: false), .ociArchive, packing, as: "old")
        let new = try await roundtrip.open(Self.shared(isNew: true), .ociArchive, packing, as: "new")
        let (package, made) = try await package(for: .content, old, new)
        #expect(package.document.neededOldBlobs == [] && made.layersOfOldBlobs == [])
        let expected = try Self.shared(isNew: true).archive(.ociArchive, packing)
        for held in [Packing.plain, .gzip(9), packing] {
            let held = try await roundtrip.open(Self.shared(isNew: false), .ociArchive, held, as: "held")
            #expect(try roundtrip.apply(package.path, to: held) == expected)
        }
        // What travels whole is told, with what else is.
        let isCarried = made.plan.carriedLayers.contains(0)
        #expect(isCarried == (packing == .xz))
        #expect(!isCarried || package.document.new.layers[0].tar == .old)
    }

    @Test(arguments: [(OldForm?.none, Packing.xz), (nil, .oddGzip), (.blobs, .gzip(6))])
    func `where a package brings nothing for an unchanged layer, the way out is named`(
        form: OldForm?, packing: Packing
    ) async throws {
        let old = try await roundtrip.open(Self.shared(isNew: false), .ociArchive, packing, as: "old")
        let new = try await roundtrip.open(Self.shared(isNew: true), .ociArchive, packing, as: "new")
        let (package, made) = try await package(for: form, old, new)
        #expect(package.document.new.layers[0].encoding == .old(repack: nil))
        #expect(made.layersOfOldBlobs.contains(0))
        let held = try await roundtrip.open(Self.shared(isNew: false), .ociArchive, .plain, as: "held")
        let applier = try DeltaApplier(package: package, old: held)
        let refusal = PackageError.otherCompression(layers: [1], image: scratch.path("held"))
        #expect(throws: refusal) { try applier.check(.same) }
        #expect(!"\(refusal)".contains("encoder"))
        try applier.check(.docker)
    }

    @Test func `blobs that are no longer than a description are carried without a word`() async throws {
        func image(isNew: Bool) -> ImageBuilder {
            ImageBuilder([
                .init("empty", isNew ? [] : [.file("f", Array("x".utf8))]),
                .init("noise", [.file("noise", Content.text(9, isNew ? 9_000 : 8_000))]),
            ])
        }
        let old = try await roundtrip.open(image(isNew: false), .ociArchive, .gzip(6), as: "old")
        let new = try await roundtrip.open(image(isNew: true), .ociArchive, .gzip(6), as: "new")
        let plan = try await DeltaCreator(old: old, new: new).plan()
        #expect(plan.carriedLayers == [0])
        let blob = new.index.summary.layers[0].blobByteCount
        #expect(BlobMaking.isTiny(blobByteCount: blob) && !BlobMaking.isTiny(blobByteCount: 1 << 10))
        #expect(!"\(plan.layers[0].making)".contains("encoder"))
        #expect(
            "\(BlobMaking.reason(.tooLong(byteCount: 900), .gzip, blobByteCount: 1 << 10))".contains(
                "encoder"))
    }
}
