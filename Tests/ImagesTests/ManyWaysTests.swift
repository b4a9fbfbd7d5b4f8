import FileIO
import FileTree
import OCI
import Locks
import TestSupport
import Testing

@testable import Images

/// A store that counts how often each file is looked for.
private final class CountingStore: BlobStore {
    private let base: any BlobStore
    private let counts = Locked<[TreePath: Int]>([:])

    init(_ base: any BlobStore) { self.base = base }

    var source: String { base.source }
    var archive: FileRegion? { base.archive }
    var naming: BlobNaming { base.naming }
    var storedByteCount: UInt64 { base.storedByteCount }
    /// How often the file was looked for that was most often.
    var most: Int { counts.withLock { $0.values.max() ?? 0 } }

    func file(_ name: TreePath) throws -> FileRegion? {
        counts.withLock { $0[name, default: 0] += 1 }
        return try base.file(name)
    }

    func namesAtTop() throws -> Set<String> { try base.namesAtTop() }

    func wholeArchive() throws -> FileRegion { try base.wholeArchive() }
}

/// Lists that lead to the same image in more ways than any tool writes: what is done must not be their product.
struct ManyWaysTests {
    private let scratch: Scratch
    private let otherDigest = "sha512:" + String(repeating: "0123456789abcdef", count: 8)

    init() throws { scratch = try Scratch() }

    private func store(_ layout: LayoutBuilder) throws -> CountingStore {
        let path = try scratch.write("image.tar", layout.archive)
        return CountingStore(try StoreOpener.open(path, unpackedByteCountLimit: nil) { _, _ in })
    }

    /// A descriptor with more fields.
    private func with(_ more: [(String, JSON)], _ descriptor: JSON) -> JSON {
        guard case .object(let fields) = descriptor else { return descriptor }
        return .object(fields + more)
    }

    /// An index of other digests under so many platforms.
    private func others(_ count: Int, platforms: Int) -> LayoutBuilder {
        var layout = LayoutBuilder()
        let entries = [JSON](
            repeating: ["mediaType": .text(LayoutBuilder.manifestType), "digest": .text(otherDigest)],
            count: count)
        let index = layout.store(index: entries)
        layout.entries = (0..<platforms).map { number in
            with(
                [LayoutBuilder.platform("linux", "a\(number)"), LayoutBuilder.name("app:\(number)")], index)
        }
        return layout
    }

    @Test func `an image that cannot be read is listed once, however many ways lead to it`() throws {
        let catalog = try ImageCatalog(store: store(others(3, platforms: 20)))
        let image = try #require(catalog.images.first)
        #expect(catalog.images.count == 1)
        #expect(image.roots == Array(0..<20))
        #expect(catalog.names(of: image) == (0..<20).map { "app:\($0)" })
    }

    @Test func `images that cannot be read count as ways, too`() async throws {
        await #expect {
            try await load(others(600, platforms: 600).archive, scratch)
        } throws: { kind($0) == "damaged" && "\($0)".contains("in too many ways") }
    }

    @Test func `names that go to very many images each are too many`() async throws {
        var layout = LayoutBuilder()
        let manifest = try layout.store(ImageBuilder([.init("", [.file("f")])]))
        let index = layout.store(
            index: (0..<600).map { with([LayoutBuilder.platform("linux", "a\($0)")], manifest) })
        layout.entries = (0..<600).map { with([LayoutBuilder.name("app:\($0)")], index) }
        await #expect { try await load(layout.archive, scratch) } throws: {
            kind($0) == "damaged" && "\($0)".contains("in too many ways")
        }
        layout.entries = Array(layout.entries.prefix(20))
        let names = try await load(layout.archive, scratch).index.summary.names
        #expect(names == (0..<20).map { "app:\($0)" }.sorted())
    }

    @Test(arguments: [false, true])
    func `the files of a manifest are looked for a few times, not for each of its platforms`(
        isIncomplete: Bool
    ) throws {
        var layout = LayoutBuilder()
        let layers = [ImageBuilder.Layer("", [.file("a")]), .init("", [.file("b")])]
        // One layer many times over, as hostile images have it.
        let image = ImageBuilder([ImageBuilder.Layer](repeating: layers[0], count: 30) + [layers[1]])
        layout.entries = try (0..<50).map { number in
            try layout.store(image, [LayoutBuilder.platform("linux", "a\(number)")])
        }
        if isIncomplete { layout.remove(layers[1].tar) }
        let store = try store(layout)
        for isForAll in [false, true] {
            var choice = ImageChoice(
                request: ImageRequest(path: store.source), catalog: try ImageCatalog(store: store))
            func choose() throws -> [ChosenImage] {
                try isForAll ? choice.chooseAll() : [choice.choose()]
            }
            if isIncomplete {
                #expect { try choose() } throws: { kind($0) == "missing" }
            } else {
                let chosen = try choose()
                #expect(chosen.map(\.config.document.rootfs.diff_ids?.count) == [31])
            }
        }
        #expect(store.most <= 8, "\(store.most)")
    }
}
