import Bytes
import Compression
import Foundation
import Recompression
import TestSupport

/// Describes compressed blobs, which their descriptions must make again; follows mutated descriptions.
struct RepackTarget: Target {
    /// What an input starts with: whether a blob or a description follows, and behind it the data.
    private enum Kind: UInt8 {
        case blob, description
    }

    /// Data, a blob that holds them, and its description.
    private struct Sample {
        let content: [UInt8]
        let blob: [UInt8]
        let description: [UInt8]
    }

    private let samples: [Sample]
    private let contents: [[UInt8]]
    private let corpus: [[UInt8]]

    /// Ways of compressing data.
    private static var packings: [([UInt8]) throws -> [UInt8]] {
        [Packing.gzip(1), .gzip(6), .foreignGzip, .gzipMembers, .zstd, .zstdFrames, .zstdAfterSkippable].map {
            packing in { try packing.pack($0) }
        } + [-5, 1, 12, 19].map { level in { try Zstd.compress($0, ZstdOptions(level: level)) } }
    }

    init(corpus: [[UInt8]]) throws {
        self.corpus = corpus
        let text = Content.text(1, 3_000)
        contents = [
            [], text, text + Content.mutated(text, seed: 3, edits: 9) + [UInt8](repeating: 0, count: 70_000),
            Content.random(4, 900) + text, try SampleLayers.tar(isNew: true),
        ]
        let packed = try contents.flatMap { content in
            try Self.packings.map { (content: content, blob: try $0(content)) }
        }
        samples = try (packed + Self.fixtures()).map { content, blob in
            guard let repack = try Self.described(blob, content) else {
                throw Finding("a blob cannot be described")
            }
            return Sample(content: content, blob: blob, description: repack.bytes)
        }
    }

    /// Blobs that other programs made, which are followed in other ways than those made here.
    private static func fixtures() throws -> [(content: [UInt8], blob: [UInt8])] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Tests/RecompressionTests/Fixtures")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        return try names.filter { $0.hasSuffix(".gz") || $0.hasSuffix(".zst") }.map { name in
            let blob = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
            return (try Golden.decompressed(blob), blob)
        }
    }

    private static func described(_ blob: [UInt8], _ content: [UInt8]) throws -> Repack? {
        try Repack.describe(
            blob: ByteSource(blob), plain: ByteSource(content), limit: 2 * blob.count + 1_000)
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        let sample = random.pick(samples)
        var kind = Kind.blob
        var part = sample.blob
        var content = sample.content
        switch random.below(3) {
        case 0:
            kind = .description
            let other = random.pick(samples).description
            part = random.mutated(sample.description, with: corpus.isEmpty ? other : random.pick(corpus))
        case 1: part = random.mutated(sample.blob, with: random.pick(samples).blob)
        default:
            content = random.mutated(sample.content, with: random.pick(contents))
            part = try random.pick(Self.packings)(content)
        }
        var bytes = ByteWriter()
        bytes.raw([kind.rawValue])
        bytes.block(part)
        bytes.raw(content)
        return bytes.bytes
    }

    func run(_ input: [UInt8]) async throws {
        var reader = ByteReader(input)
        guard let kind = Kind(rawValue: Array(try reader.raw(1))[0]) else { return }
        let part = Array(try reader.block())
        let content = Array(try reader.raw(reader.remaining))
        switch kind {
        case .description: _ = try Self.made(part, content)
        case .blob:
            guard let repack = try Self.described(part, content) else { return }
            guard try Self.made(repack.bytes, content) == part else {
                throw Finding("it comes out as another blob")
            }
        }
    }

    private static func made(_ description: [UInt8], _ content: [UInt8]) throws -> [UInt8] {
        var made: [UInt8] = []
        let rebuilder = try Rebuilder(ByteSource(description)) {
            made += $0
            if made.count > EnoughMade.byteCount { throw EnoughMade() }
        }
        try rebuilder.write(content[...])
        try rebuilder.finish()
        return made
    }

    func isDocumented(_ error: any Error) -> Bool { error is RecompressionError || error is EnoughMade }
}
