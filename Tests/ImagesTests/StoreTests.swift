import Bytes
import FileIO
import FileTree
import Hashing
@testable import Images
import OCI
import TestSupport
import Testing

/// One store and how to make it of files.
struct StoreKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// How it names blobs.
    let naming: BlobNaming
    /// Whether it is one file.
    let isArchive: Bool
    /// Opens it with those files in it.
    let open: @Sendable ([Member], Scratch) throws -> any BlobStore

    private static func folder(_ members: [Member], _ scratch: Scratch) throws -> LayoutFolder {
        let path = try scratch.makeFolder("store")
        for member in members { try scratch.write("store/\(member.name)", member.content) }
        return LayoutFolder(path: path)
    }

    private static func archive(_ members: [Member], _ scratch: Scratch) throws -> TarArchive {
        let path = try scratch.write("store.tar", members.map(\.entry).tar)
        return try TarArchive(FileRegion(RandomAccessFile(path: path)), source: path)
    }

    static let all = [
        StoreKind(testDescription: "an archive", naming: .oci, isArchive: true, open: archive),
        StoreKind(testDescription: "a folder", naming: .oci, isArchive: false, open: folder),
        StoreKind(testDescription: "a dir: folder", naming: .hexadecimal, isArchive: false) {
            DirLayout(try folder($0, $1))
        },
        StoreKind(testDescription: "an archive of a dir: folder", naming: .hexadecimal, isArchive: true) {
            DirLayout(try archive($0, $1))
        },
    ]
}

/// What every store must do.
struct StoreTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func name(_ text: String) throws -> TreePath { try #require(TreePath(text)) }

    @Test(arguments: StoreKind.all)
    func `a file has the bytes that were put there`(_ kind: StoreKind) throws {
        let contents = [[], [1], Content.random(1, 512), Content.random(2, 100_000)]
        let members = contents.enumerated().map { Member("folder/\($0.offset)", $0.element) }
        let store = try kind.open(members, scratch)
        for (index, content) in contents.enumerated() {
            let region = try #require(try store.file(name("folder/\(index)")))
            #expect(region.byteCount == UInt64(content.count))
            #expect(try region.read(at: 0, count: content.count) == content)
            #expect(throws: FileError.self) { try region.read(at: 0, count: content.count + 1) }
        }
    }

    @Test(arguments: StoreKind.all)
    func `what is not there is nil`(_ kind: StoreKind) throws {
        let store = try kind.open([Member("folder/f", [1])], scratch)
        #expect(try store.file(name("other")) == nil)
        #expect(try store.file(name("folder")) == nil)
        #expect(try store.file(name("folder/f/g")) == nil)
        #expect(try store.blob(Digest.of([7])) == nil)
    }

    @Test(arguments: StoreKind.all)
    func `a blob is found by its digest`(_ kind: StoreKind) throws {
        let content = Content.random(3, 700)
        let digest = Digest.of(content)
        let store = try kind.open([Member(kind.naming.name(of: digest), content)], scratch)
        let region = try #require(try store.blob(digest))
        #expect(try region.read(at: 0, count: content.count) == content)
    }

    @Test(arguments: StoreKind.all)
    func `only an archive has the bytes of one`(_ kind: StoreKind) throws {
        let members = [Member("f", [1, 2, 3])]
        let store = try kind.open(members, scratch)
        #expect((store.archive != nil) == kind.isArchive)
        guard let archive = store.archive else { return }
        let bytes = members.map(\.entry).tar
        #expect(try archive.read(at: 0, count: bytes.count) == bytes)
        #expect(archive.byteCount == UInt64(bytes.count))
    }

    @Test(arguments: StoreKind.all)
    func `messages name what the user named`(_ kind: StoreKind) throws {
        let store = try kind.open([Member("f", [1])], scratch)
        #expect(store.source.hasPrefix(scratch.path("store")))
    }
}

struct ArchiveFormTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test(arguments: Layout.allCases)
    func `an image gives its archive, or makes one that is the same image`(_ layout: Layout) async throws {
        let builder = SampleImages.new
        let path = try builder.save(layout, .gzip(6), to: "image", in: scratch)
        let image = try await ImageLoader.load(ImageRequest(path: path))
        let archive = try image.archive()
        let bytes = try archive.read(at: 0, count: Int(archive.byteCount))
        if !layout.isFolder { #expect(bytes == (try builder.archive(layout, .gzip(6)))) }
        let again = try await load(bytes, scratch)
        #expect(again.index.listings == image.index.listings)
        #expect(again.config == image.config && again.manifest == image.manifest)
    }

    @Test(arguments: [Layout.dockerLegacy, .ociArchive])
    func `an image that lies nowhere has an archive, with and without a manifest`(_ layout: Layout)
        async throws
    {
        let image = try await load(try SampleImages.new.archive(layout, .gzip(6)), scratch)
        let derived = OpenedImage(
            index: image.index, config: image.config, manifest: image.manifest, layers: image.layers)
        let archive = try derived.archive()
        let again = try await load(try archive.read(at: 0, count: Int(archive.byteCount)), scratch)
        #expect(again.index.listings == image.index.listings)
        #expect(again.config == image.config && again.manifest == image.manifest)
        #expect(again.index.summary.names == image.index.summary.names)
    }

    @Test(arguments: [
        ("app:1", "app:1"), ("registry:5000/app:1", "registry:5000/app:1"), ("1.2", "localhost/image:1.2"),
        ("registry:5000/app", "registry:5000/app:latest"), ("app@sha256:00", nil), ("", nil),
    ])
    func `every name gets a repository and a tag`(_ name: String, _ tagged: String?) {
        #expect(ImageArchiveWriter.tagged(name) == tagged)
    }
}
