import Bytes
import Compression
import Foundation
import Recompression
import TestSupport

/// Describes compressed blobs, which their descriptions must make again; follows mutated descriptions.
struct RepackTarget: Target {
    /// What an input starts with: whether a blob or a description follows, and behind it the data; or the same with an old
    /// blob and what that holds before it.
    private enum Kind: UInt8 {
        case blob, description, blobBesideOld, descriptionBesideOld

        var hasOld: Bool { self == .blobBesideOld || self == .descriptionBesideOld }
        var isBlob: Bool { self == .blob || self == .blobBesideOld }
    }

    /// Keeps matches in memory.
    private final class Memory: TokenStore, @unchecked Sendable {
        private var bytes: [UInt8] = []

        func append(_ bytes: [UInt8]) { self.bytes += bytes }

        func finish() -> @Sendable (UInt64, Int) throws -> [UInt8] {
            let bytes = bytes
            return { Array(bytes[Int($0)...].prefix($1)) }
        }
    }

    /// Data, a blob that holds them, and its description.
    private struct Sample {
        let content: [UInt8]
        let blob: [UInt8]
        let description: [UInt8]
        /// An old blob and what it holds, if the description takes one.
        var old: Old?
    }

    /// An old blob.
    private struct Old {
        let blob: [UInt8]
        let content: [UInt8]

        func opened() throws -> OldBlob {
            try OldBlob(blob: ByteSource(blob), plain: ByteSource(content), store: Memory())
        }
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
        let known = try (packed + Self.fixtures()).map { content, blob in
            guard let repack = try Self.described(blob, content) else {
                throw Finding("a blob cannot be described")
            }
            return Sample(content: content, blob: blob, description: repack.bytes)
        }
        samples = known + (try Self.besideOld())
    }

    /// Blobs that are described beside old ones.
    private static func besideOld() throws -> [Sample] {
        let text = Content.text(5, 9_000)
        let (new, before) = (Content.text(6, 500) + text, Content.mutated(text, seed: 7, edits: 9))
        return try [Packing.oddGzip, .gzip(6)].map { packing in
            let old = Old(blob: try packing.pack(before), content: before)
            let blob = try packing.pack(new)
            guard let repack = try described(blob, new, old), repack.takesOldBlob else {
                throw Finding("an old blob is of no use")
            }
            return Sample(content: new, blob: blob, description: repack.bytes, old: old)
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

    private static func described(_ blob: [UInt8], _ content: [UInt8], _ old: Old? = nil) throws -> Repack? {
        try Repack.describe(
            blob: ByteSource(blob), plain: ByteSource(content), old: { try old?.opened() },
            .always,
            limit: 2 * blob.count + 1_000)
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        let sample = random.pick(samples)
        var isBlob = true
        var part = sample.blob
        var content = sample.content
        var old = sample.old
        switch random.below(3) {
        case 0:
            isBlob = false
            let other = random.pick(samples).description
            part = random.mutated(sample.description, with: corpus.isEmpty ? other : random.pick(corpus))
        case 1: part = random.mutated(sample.blob, with: random.pick(samples).blob)
        default:
            content = random.mutated(sample.content, with: random.pick(contents))
            part = try random.pick(Self.packings)(content)
        }
        if isBlob, old == nil, random.below(4) == 0 {
            let other = random.pick(samples)
            old = Old(
                blob: random.below(2) == 0 ? other.blob : random.mutated(other.blob, with: part),
                content: other.content)
        }
        let kind: Kind =
            old == nil ? (isBlob ? .blob : .description) : isBlob ? .blobBesideOld : .descriptionBesideOld
        var bytes = ByteWriter()
        bytes.raw([kind.rawValue])
        if let old {
            bytes.block(old.blob)
            bytes.block(old.content)
        }
        bytes.block(part)
        bytes.raw(content)
        return bytes.bytes
    }

    func run(_ input: [UInt8]) async throws {
        var reader = ByteReader(input)
        guard let kind = Kind(rawValue: Array(try reader.raw(1))[0]) else { return }
        let old =
            kind.hasOld
            ? Old(blob: Array(try reader.block()), content: Array(try reader.block())) : nil
        let part = Array(try reader.block())
        let content = Array(try reader.raw(reader.remaining))
        guard kind.isBlob else {
            _ = try Self.made(part, content, old)
            return
        }
        guard let repack = try Self.described(part, content, old) else { return }
        guard try Self.made(repack.bytes, content, repack.takesOldBlob ? old : nil) == part else {
            throw Finding("it comes out as another blob")
        }
    }

    private static func made(_ description: [UInt8], _ content: [UInt8], _ old: Old?) throws -> [UInt8] {
        var made: [UInt8] = []
        let rebuilder = try Rebuilder(ByteSource(description), old: old?.opened()) {
            made += $0
            if made.count > EnoughMade.byteCount { throw EnoughMade() }
        }
        try rebuilder.write(content[...])
        try rebuilder.finish()
        return made
    }

    func isDocumented(_ error: any Error) -> Bool { error is RecompressionError || error is EnoughMade }
}
