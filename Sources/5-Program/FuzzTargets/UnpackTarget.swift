import Bytes
import Delta
import Recompression
import TestSupport

/// Compares mutated compressed files; what a patch says of them must make them again.
struct UnpackTarget: Target {
    private let files: [[UInt8]]

    init(corpus: [[UInt8]]) throws {
        let (text, other) = (Content.text(1, 3_000), Content.text(2, 5_000))
        let edited = Content.mutated(text, seed: 3, edits: 4)
        let zips = [text, edited].flatMap { content in
            [false, true].map { hasDescriptor in
                ZipBuilder.file([
                    .init("a.class", content, level: 9, hasDescriptor: hasDescriptor),
                    .init("s", other, level: 0),
                    .init("same", other, hasDescriptor: hasDescriptor), .init("empty", []),
                ])
            }
        }
        let gzips = try [(text, 6), (edited, 6), (text, 1), (other, 9)].map {
            try Packing.gzip($0.1).pack($0.0)
        }
        let gnu = Deflate.compress(edited, .init(encoder: .gnuGzip, level: 6, memoryLevel: 9))
        let odd = [
            gzips[0] + gzips[3], Array(gzips[0].prefix(10)) + gnu + Array(gzips[1].suffix(8)),
            ZipBuilder.file([.init("z", zips[0], level: 0)]),
            ArchiveBuilder.file([("a", gzips[0]), ("b", gzips[3])]),
            PNGBuilder.file(text, chunkByteCount: 512), PNGBuilder.file(edited, chunkByteCount: 512),
            PNGBuilder.file(edited), PNGBuilder.stream(text),
            Array("%PDF".utf8) + PNGBuilder.stream(edited) + PNGBuilder.stream(other),
            ZipBuilder.file([.init("z", zips[3])], prefix: text),
        ]
        let gzip = Packing.gzip(6)
        let nested = [
            ZipBuilder.file([.init("z", zips[0]), .init("y", zips[1])]),
            ZipBuilder.file([.init("z", zips[2]), .init("y", zips[1], hasDescriptor: true)]),
            try gzip.pack(gzips[0]), try gzip.pack(gzips[1] + gzips[3]), try gzip.pack(gzip.pack(zips[3])),
            try gzip.pack([TarEntry.file("a.gz", gzips[1]), .file("i", odd[4])].tar),
            ZipBuilder.file([.init("i", odd[5]), .init("j", odd[7])]),
            try Packing.foreignGzip.pack(Packing.foreignGzip.pack(edited)),
        ]
        files = zips + gzips + odd + nested + corpus
    }

    /// Two files behind the first one's size.
    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        var pair = [random.pick(files), random.pick(files)]
        if random.below(3) > 0 { pair[0] = random.mutated(pair[0], with: random.pick(files)) }
        pair[1] = random.mutated(pair[1], with: random.pick(files))
        var bytes = ByteWriter()
        bytes.block(pair[0])
        bytes.raw(pair[1])
        return bytes.bytes
    }

    func run(_ input: [UInt8]) async throws {
        var reader = ByteReader(input)
        let (old, new) = (Array(try reader.block()), Array(try reader.raw(reader.remaining)))
        let method = input.count % 4 == 0 ? MatchMethod.sorted : .hashed(depth: 8)
        guard let patch = try UnpackedPatch.between(old, new, method: method) else { return }
        let references = try MemoryReferences([[TarEntry.file("f", old)].tar])
        let tar = [TarEntry.file("f", new)].tar
        let recipe = try Recipe.encode(tar, references: references, level: nil) { _, twin in
            twin.map { .unpackedPatch(reference: $0, patch) } ?? .new
        }
        guard try Recipe.follow(recipe, references) == tar else {
            throw Finding("it comes out as another file")
        }
    }

    func isDocumented(_ error: any Error) -> Bool { false }
}
