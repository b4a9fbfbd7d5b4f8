import Bytes
import Compression
import Delta
import TestSupport

/// A recipe with its streams decompressed, so that changes reach what reads the streams.
struct RecipeParts {
    private struct Stream {
        let id: UInt8
        var codec: UInt8
        /// How many bytes it holds.
        var byteCount: Int
        /// Those bytes; of a stream that is coded by contexts, which decode with what is made alone, the coded ones.
        var content: [UInt8]
    }

    private static let codedByContexts: UInt8 = 3

    private var version: UInt8
    private var byteCount: UInt64
    private var entryCount: UInt64
    private var streams: [Stream]

    /// Takes a sound recipe apart.
    init(_ recipe: [UInt8]) throws {
        var reader = ByteReader(recipe)
        _ = try reader.raw(4)
        version = try reader.byte()
        byteCount = try reader.varint()
        entryCount = try reader.varint()
        let count = try reader.count(atMost: 11)
        let heads = try (0..<count).map { _ in
            (
                id: try reader.byte(), codec: try reader.byte(),
                sizes: (try reader.varint(), try reader.varint())
            )
        }
        streams = try heads.map { head in
            let stored = Array(try reader.raw(Int(head.sizes.1)))
            let content = try Self.decompressed(stored, head.codec, count: Int(head.sizes.0))
            return Stream(
                id: head.id, codec: head.codec, byteCount: Int(head.sizes.0), content: content)
        }
    }

    private static func decompressed(_ stored: [UInt8], _ codec: UInt8, count: Int) throws -> [UInt8] {
        var rest = stored[...]
        let source: () throws -> ArraySlice<UInt8> = {
            defer { rest = [] }
            return rest
        }
        var bytes = [UInt8](repeating: 0, count: count)
        switch codec {
        case 1: _ = try ZstdDecompressor(windowLogLimit: 26, source: source).read(into: &bytes)
        case 2: _ = try XzDecompressor(memoryLimit: 36 << 20, source: source).read(into: &bytes)
        default: bytes = stored
        }
        return bytes
    }

    private func compressed(_ content: [UInt8], _ codec: UInt8) throws -> [UInt8] {
        switch codec {
        case 1: try Zstd.compress(content, ZstdOptions(level: 1))
        case 2: try Xz.compress(content, XzOptions(preset: 0))
        default: content
        }
    }

    /// The recipe with changes in a few streams, which may then be stored another way.
    func mutated(_ random: inout SplitMix64) throws -> [UInt8] {
        var copy = self
        for _ in 0...random.below(3) where !streams.isEmpty {
            let index = random.below(streams.count)
            copy.streams[index].content = random.mutated(
                copy.streams[index].content, with: random.pick(streams).content)
            if random.below(3) == 0 { copy.streams[index].codec = UInt8(random.below(4)) }
        }
        switch random.below(24) {
        case 0: copy.version = UInt8(random.below(4))
        case 1: copy.byteCount = random.oddNumber()
        case 2: copy.entryCount = random.oddNumber()
        default: break
        }
        return try copy.bytes(&random)
    }

    /// The recipe's bytes; now and then a compressed stream is damaged, or a size is wrong.
    private func bytes(_ random: inout SplitMix64) throws -> [UInt8] {
        let streams = streams.filter { !$0.content.isEmpty }
        var bytes = ByteWriter()
        bytes.raw("SLTR".utf8)
        bytes.byte(version)
        bytes.varint(byteCount)
        bytes.varint(entryCount)
        bytes.varint(streams.count)
        var stored: [[UInt8]] = []
        for stream in streams {
            var part = try compressed(stream.content, stream.codec)
            if random.below(40) == 0 { part = random.mutated(part, with: stream.content) }
            stored.append(part)
            bytes.byte(stream.id)
            bytes.byte(stream.codec)
            let isCoded = stream.codec == Self.codedByContexts
            let count = isCoded ? stream.byteCount : stream.content.count
            bytes.varint(random.below(60) == 0 ? random.oddNumber() : UInt64(count))
            bytes.varint(part.count)
        }
        return bytes.bytes + stored.flatMap(\.self)
    }
}

extension Recipe {
    /// Follows a recipe, which must make exactly what it says.
    static func follow(_ recipe: [UInt8], _ references: MemoryReferences) throws -> [UInt8] {
        let decoder = try decoder(recipe, references: references)
        var made: [UInt8] = []
        try decoder.run(into: {
            made += $0
            guard made.count <= decoder.header.byteCount else { throw Finding("it makes more than it says") }
            guard made.count <= EnoughMade.byteCount else { throw EnoughMade() }
        }) { _ in
            (1_000, { try $0([UInt8](repeating: 1, count: 1_000)[...]) })
        }
        guard made.count == decoder.header.byteCount else { throw Finding("it makes less than it says") }
        return made
    }
}
