import Bytes
import FileTree
import Images
import OCI
import TestSupport

/// Opens mutated image archives, lists them and compares them with another image.
struct ArchiveTarget: Target {
    private static let images = [SampleImages.tiny, SampleImages.old, SampleImages.new]
    private let scratch: Scratch
    private let archives: [[UInt8]]
    /// What every image is compared with.
    private let other: OpenedImage

    init(_ scratch: Scratch, corpus: [[UInt8]]) async throws {
        self.scratch = scratch
        other = try await ImageLoader.load(
            ImageRequest(path: SampleImages.old.save(.docker25, to: "other", in: scratch)))
        archives =
            try Layout.files.flatMap { layout in
                try Packing.layers.map { try Self.images[0].archive(layout, $0) }
            } + corpus
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        let (layout, packing) = (random.pick(Layout.files), random.pick(Packing.layers))
        let outer = random.pick([Packing.plain, .plain] + Packing.archives)
        var image = random.pick(Self.images)
        switch random.below(5) {
        case 0: return random.mutated(tar: random.pick(archives), with: random.pick(archives))
        case 1:
            return random.mutated(
                try image.archive(layout, packing, outer: outer), with: random.pick(archives))
        case 2:
            // Any member: documents, compressed layers.
            var members = try image.members(layout, packing)
            let index = random.below(members.count)
            members.replace(
                index, with: random.mutated(members[index].content, with: random.pick(members).content))
            return try outer.pack(members.tar)
        default:
            let index = random.below(image.layers.count)
            image.layers[index].tar = random.mutated(
                tar: image.layers[index].tar, with: random.pick(Self.images).layers[0].tar)
            return try image.archive(layout, packing, outer: outer)
        }
    }

    func run(_ input: [UInt8]) async throws {
        let path = try scratch.write("image.tar", input)
        let image = try await ImageLoader.load(
            ImageRequest(path: path, jobs: 1, unpackedByteCountLimit: 64 << 20))
        // What is listed can be shown, and compared with another image both ways.
        let (stack, known) = (image.index.stack, other.index.stack)
        let tree = stack.tree
        for index in tree.nodes.indices { _ = tree.path(of: index) }
        for pair in [(stack, known), (known, stack), (stack, stack)] {
            let tree = DiffTree(old: pair.0, new: pair.1)
            for index in tree.nodes.indices { _ = EscapedText.of(tree.path(of: index).bytes) }
        }
        for pair in LayerAlignment.align(other.index, image.index) {
            _ = DiffTree(
                old: known.listings, new: stack.listings, oldIndex: pair.old, newIndex: pair.new)
        }
    }

    func isDocumented(_ error: any Error) -> Bool { error is ImageError }
}
