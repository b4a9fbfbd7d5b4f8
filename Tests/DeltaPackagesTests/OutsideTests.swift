import Bytes
import DeltaPackages
import Hashing
import Images
import OCI
import TestSupport
import Testing

/// Packages of images as tools and people leave them.
struct OutsideTests {
    private let roundtrip: Roundtrip
    private var scratch: Scratch { roundtrip.scratch }

    init() throws { roundtrip = try Roundtrip() }

    @Test func `a foreign layer that stays the same is no hindrance`() async throws {
        let (oldBytes, newBytes) = (
            LayoutBuilder.foreign("base", "1"), LayoutBuilder.foreign("base", "2")
        )
        let old = try await roundtrip.load(try scratch.write("old.tar", oldBytes))
        let new = try await roundtrip.load(try scratch.write("new.tar", newBytes))
        let package = try await roundtrip.create(old, new)
        #expect(try roundtrip.apply(package, to: old) == newBytes)
        let oci = try await roundtrip.load(
            try scratch.write("oci.tar", try roundtrip.apply(package, to: old, .oci)))
        #expect(oci.index.summary.imageID == new.index.summary.imageID)
        #expect(throws: PackageError.self) { try roundtrip.apply(package, to: old, .docker) }
    }

    @Test func `a foreign layer that would have to be made is refused with its address`() async throws {
        let old = try await roundtrip.load(try scratch.write("old.tar", LayoutBuilder.foreign("base", "1")))
        let new = try await roundtrip.load(try scratch.write("new.tar", LayoutBuilder.foreign("other", "1")))
        let creator = DeltaCreator(old: old, new: new)
        func isRefusal(_ error: any Error) -> Bool {
            "\(error)".contains("foreign layer 1") && "\(error)".contains("https://example.org/base")
        }
        await #expect { try await roundtrip.create(old, new) } throws: { isRefusal($0) }
        // What cannot be made has no costs.
        await #expect { try await creator.recipes(DeltaOptions()) } throws: { isRefusal($0) }
        await #expect { try await creator.guess(DeltaOptions()) } throws: { isRefusal($0) }
        let whole = try await roundtrip.load(
            try scratch.write("whole.tar", LayoutBuilder.foreign("base", "1", holdsBase: true)))
        await #expect { try await roundtrip.create(old, whole) } throws: {
            "\($0)".contains("foreign layer 1")
        }
    }

    @Test(arguments: [Packing.xz, .bzip2, .zstdAfterSkippable])
    func `layers in any compression come out byte for byte`(_ packing: Packing) async throws {
        let old = try await roundtrip.open(SampleImages.old, .dockerSkopeo, packing, as: "old")
        let new = try await roundtrip.open(SampleImages.new, .dockerSkopeo, packing, as: "new")
        let package = try await roundtrip.create(old, new)
        #expect(try roundtrip.apply(package, to: old) == SampleImages.new.archive(.dockerSkopeo, packing))
    }

    @Test func `an archive without an end, with a file twice or an edited configuration comes out the same`()
        async throws
    {
        let old = try await roundtrip.open(SampleImages.old, as: "old")
        let members = try SampleImages.new.members(.dockerSkopeo)
        var edited = SampleImages.new
        edited.created = "2030-01-01T00:00:00Z"
        let renamed = members.map {
            $0.name == "\(SampleImages.new.imageID.hex).json" ? Member($0.name, edited.config) : $0
        }
        for bytes in [
            members.flatMap(\.entry.bytes), (members + [members[0]]).map(\.entry).tar,
            renamed.map(\.entry).tar,
        ] {
            let new = try await roundtrip.load(try scratch.write("new.tar", bytes))
            let package = try await roundtrip.create(old, new)
            #expect(try roundtrip.apply(package, to: old) == bytes)
        }
    }

    @Test func `the old image is found among several by what it holds`() async throws {
        func image(_ content: String, _ architecture: String) -> ImageBuilder {
            var image = ImageBuilder([.init("", [.file("f", content)])])
            image.architecture = architecture
            return image
        }
        func layout(_ content: String) throws -> [UInt8] {
            var layout = LayoutBuilder()
            layout.entries = try ["amd64", "arm64"].map {
                try layout.store(image(content + $0, $0), [LayoutBuilder.platform("linux", $0)])
            }
            return layout.archive
        }
        let (oldPath, newPath) = (
            try scratch.write("old.tar", try layout("1")), try scratch.write("new.tar", try layout("2"))
        )
        let platform = Platform("linux/arm64")
        let old = try await ImageLoader.load(ImageRequest(path: oldPath, platform: platform))
        let new = try await ImageLoader.load(ImageRequest(path: newPath, platform: platform))
        let package = try DeltaPackage.open(try await roundtrip.create(old, new))
        let found = try await ImageLoader.load(
            ImageRequest(path: oldPath, contents: [package.document.old.content]))
        #expect(found.index.summary.imageID == old.index.summary.imageID)
        // The image that was chosen comes out by itself, as skopeo copies it.
        var bytes: [UInt8] = []
        try DeltaApplier(package: package, old: found).apply(.same, into: { bytes += $0 })
        #expect(bytes.count < (try layout("2")).count)
        let made = try await roundtrip.load(try scratch.write("made.tar", bytes))
        #expect(made.index.summary.imageID == new.index.summary.imageID)
        #expect(made.index.summary.manifestDigest == new.index.summary.manifestDigest)
    }
}
