import Delta
import Hashing
import Images
import OCI
import TestSupport
import Testing

@testable import DeltaPackages

/// Packages are applied to old images whose layers are compressed otherwise than those the packages were made from.
struct OtherFormTests {
    private let roundtrip: Roundtrip
    private var scratch: Scratch { roundtrip.scratch }

    /// Two layers, the lower of which both images have.
    private static func image(_ file: String, shared: [UInt8]) -> ImageBuilder {
        ImageBuilder([
            .init("ADD base", [.file("base", shared)]), .init("COPY app", [.file("app", Array(file.utf8))]),
        ])
    }

    private static let shared = (0..<40).flatMap {
        Content.text(UInt64($0), 4_000) + Content.random(UInt64($0), 4_000)
    }
    private static let old = image("old", shared: shared)
    private static let new = image("new", shared: shared)

    init() throws { roundtrip = try Roundtrip() }

    private func package(_ packing: Packing) async throws -> String {
        let old = try await roundtrip.open(Self.old, .ociArchive, packing, as: "old")
        let new = try await roundtrip.open(Self.new, .ociArchive, packing, as: "new")
        return try await roundtrip.create(old, new)
    }

    @Test(arguments: [Packing.gzip(6), .gzip(1), .foreignGzip, .gzipMembers])
    func `a shared layer that is held in another form is compressed again`(packing: Packing) async throws {
        let package = try await package(packing)
        let expected = try Self.new.archive(.ociArchive, packing)
        for held in Packing.layers + [.zstdAfterSkippable] {
            let old = try await roundtrip.open(Self.old, .ociArchive, held, as: "held")
            #expect(try roundtrip.apply(package, to: old) == expected)
            let applier = try DeltaApplier(package: try DeltaPackage.open(package), old: old)
            #expect(applier.recompressedLayers(.same) == (held == packing ? [] : [0]))
            #expect(applier.recompressedLayers(.docker) == [])
            let oci = try await roundtrip.load(
                try scratch.write("oci", try roundtrip.apply(package, to: old, .oci)))
            #expect(
                try oci.index.summary.layers.map(\.digest)
                    == Self.new.layers.map { .of(try packing.pack($0.tar)) })
        }
    }

    @Test(arguments: [Packing.foreignZstd, .xz])
    func `a shared layer that nothing describes in few bytes is refused before anything is written`(
        packing: Packing
    ) async throws {
        let package = try await package(packing)
        #expect(try DeltaPackage.open(package).document.new.layers[0].encoding == .old(repack: nil))
        let held = try await roundtrip.open(Self.old, .dockerSkopeo, as: "held")
        let applier = try DeltaApplier(package: try DeltaPackage.open(package), old: held)
        let refusal = PackageError.otherCompression(layers: [1], image: scratch.path("held"))
        #expect(throws: refusal) { try applier.check(.same) }
        #expect(throws: refusal) { try applier.apply(.oci) { _ in Issue.record("something was made") } }
        let made = try await roundtrip.load(
            try scratch.write("made", try roundtrip.apply(package, to: held, .docker)))
        #expect(made.index.summary.imageID == Self.new.imageID)
    }

    @Test func `what is told of a blob names its encoder, or why it travels whole`() async throws {
        let packed = Packing.gzip(9)
        let file = try DeltaPackage.open(try await package(packed))
        guard case .old(let spare?) = file.document.new.layers[0].encoding,
            case .repack(let other, nil) = file.document.new.layers[1].encoding
        else {
            Issue.record("a description is missing")
            return
        }
        for digest in [spare, other] {
            let size = try #require(file.blobs.first { $0.digest == digest }).size
            #expect(
                try file.making(of: digest) == .rebuilt(encoder: "gzip by zlib, level 9", byteCount: size))
            #expect(size < 200)
        }
        let creator = DeltaCreator(
            old: try await roundtrip.open(Self.old, .ociArchive, as: "plain"),
            new: try await roundtrip.open(Self.new, .ociArchive, .xz, as: "xz"))
        let costs = try await creator.guess(DeltaOptions(level: .fast))
        #expect(
            costs.layers.map(\.making.remark) == ["carried: xz is not rebuilt", "carried: xz is not rebuilt"])
    }

    @Test func `a description that is no description is told as damage`() async throws {
        let package = try DeltaPackage.open(try await package(.gzip(6)))
        let recipe = try #require(package.blobs.first { $0.mediaType == PackageMediaType.recipe })
        #expect(throws: PackageError.self) { try package.making(of: recipe.digest) }
    }
}
