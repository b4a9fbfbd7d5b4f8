import Chunking
import Compression
import Images
import Routes
import Shipping
import TestSupport
import Testing

/// What `RouteSurvey` measures, against computations of its own for images built in code.
struct SurveyTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private func survey(_ old: [[TarEntry]], _ new: [[TarEntry]]) async throws -> RouteSurvey {
        func open(_ layers: [[TarEntry]], _ name: String) async throws -> OpenedImage {
            let image = ImageBuilder(layers.enumerated().map { .init("step \($0)", $1) })
            let path = try scratch.write(name, try image.archive(.docker25))
            return try await ImageLoader.load(ImageRequest(path: path))
        }
        return RouteSurvey(old: try await open(old, "old.tar"), new: try await open(new, "new.tar"), jobs: 2)
    }

    /// Bytes of the new image's manifest and configuration.
    private func documents() async throws -> Int {
        Int(try await ImageLoader.load(ImageRequest(path: scratch.path("new.tar"))).documentByteCount)
    }

    /// An entry as a tar holds it.
    private func stored(_ entries: [TarEntry]) -> [UInt8] { Array(entries.tar.dropLast(1024)) }

    @Test func `the same image needs nothing but an archive`() async throws {
        let layers: [[TarEntry]] = [[.file("a", "1"), .file("b", "2")]]
        let survey = try await survey(layers, layers)
        for kind in RouteSurvey.kinds {
            let figure = try #require(try await survey.figure(of: kind))
            #expect(
                kind == .archiveGzip || kind == .archiveZstd ? figure.byteCount > 0 : figure.byteCount == 0,
                "\(kind)")
        }
    }

    @Test func `archives are compressed whole`() async throws {
        let survey = try await survey([[.file("a", "1")]], [[.file("a", noise(50_000, seed: 1))]])
        let archive = try scratch.read("new.tar")
        #expect(
            try await survey.figure(of: .archiveGzip)
                == Figure(exact: UInt64(try Gzip.byteCount(of: archive))))
        let zstd = try Zstd.compress(archive, ZstdOptions(level: 19))
        #expect(try await survey.figure(of: .archiveZstd) == Figure(exact: UInt64(zstd.count)))
    }

    @Test func `a large archive is the sum of its layers and of what is between them`() async throws {
        let base: [TarEntry] = [
            .file("base", [UInt8](repeating: 7, count: 20 << 20) + noise(70_000, seed: 8))
        ]
        let twice: [TarEntry] = [
            .file("app", [UInt8](repeating: 9, count: 16 << 20) + noise(50_000, seed: 9))
        ]
        let survey = try await survey([base], [base, twice, twice])
        let figure = try #require(try await survey.figure(of: .archiveGzip))
        let truth = UInt64(try Gzip.byteCount(of: scratch.read("new.tar")))
        #expect(!figure.isExact && figure.bounds?.contains(truth) == true, "\(figure) for \(truth)")
        // Nothing of it was estimated but what gzip makes of the seams, where a block may hold what two blobs do not share.
        #expect(abs(Int(figure.byteCount) - Int(truth)) < Int(truth) / 50, "\(figure) for \(truth)")
        #expect(try await survey.gzipSizes.figure(ofLayer: 0).isExact)
    }

    @Test func `better layers hold what changed and nothing else`() async throws {
        let same = TarEntry.file("same", noise(40_000, seed: 2))
        let changed = TarEntry.file("changed", noise(3_000, seed: 3))
        let added = TarEntry.file("z-added", noise(2_000, seed: 4))
        let survey = try await survey(
            [[same, .file("changed", "old")]],
            [[same, changed, added], [.file("new layer", noise(1_000, seed: 5))]])
        let figure = try #require(try await survey.figure(of: .betterLayers))
        let expected =
            try Gzip.byteCount(of: stored([changed, added]))
            + Gzip.byteCount(of: [TarEntry.file("new layer", noise(1_000, seed: 5))].tar)
        #expect(figure.byteCount == UInt64(try await documents() + expected))
    }

    @Test func `a chunk store sends the chunks that the old image lacks, and the index`() async throws {
        let content = noise(900_000, seed: 6)
        var edited = content
        edited[500_000] ^= 1
        let old: [TarEntry] = [.file("data", content)]
        let new: [TarEntry] = [.file("data", edited)]
        let survey = try await survey([old], [new])
        func chunks(_ bytes: [UInt8]) throws -> [[UInt8]] {
            var chunks: [[UInt8]] = []
            var chunker = ContentChunker { chunks.append(Array($0)) }
            try chunker.write(bytes[...])
            try chunker.finish()
            return chunks
        }
        let known = Set(try chunks(old.tar))
        let all = try chunks(new.tar)
        let lacking = all.filter { !known.contains($0) }
        #expect(lacking.count < all.count)
        let expected = lacking.reduce(0) { $0 + Zstd.estimate($1, level: 3) } + 104 + 40 * all.count
        #expect(
            try await survey.figure(of: .chunkStore)?.byteCount == UInt64(try await documents() + expected))
    }

    @Test func `a file store sends files that the old image has under no name, each by itself`() async throws
    {
        let moved = noise(70_000, seed: 7)
        let changed = noise(20_000, seed: 8)
        let quiet = try await survey(
            [[.file("a", moved), .file("b", "1")]], [[.file("c", moved), .file("b", "1")]])
        let table =
            try #require(try await quiet.figure(of: .fileStore)).byteCount - UInt64(try await documents())
        // Names, times and digests of two files, and two parts of one.
        #expect(table > 150 && table < 800)
        let loud = try await survey(
            [[.file("a", moved), .file("b", "1")]],
            [[.file("c", moved), .file("b", changed), .file("d", changed)]])
        let figure =
            try #require(try await loud.figure(of: .fileStore)).byteCount - UInt64(try await documents())
        // The content is sent once, though two files have it.
        let sent = RollingSplitter.parts(of: changed).reduce(0) {
            $0 + Zstd.estimate(Array(changed[$1.range]), level: 7)
        }
        #expect(figure > table + UInt64(sent) - 100 && figure < table + UInt64(sent) + 400)
    }

    @Test func `a block delta is librsync's, compressed`() async throws {
        let content = noise(200_000, seed: 9)
        var edited = content
        edited.insert(contentsOf: noise(700, seed: 10), at: 100_000)
        let old: [TarEntry] = [.file("data", content)]
        let new: [TarEntry] = [.file("data", edited)]
        let survey = try await survey([[.file("base", "base")], old], [[.file("base", "base")], new])
        var signature = BlockSignature(blockByteCount: 512)
        signature.write([TarEntry.file("base", "base")].tar[...])
        signature.write(old.tar[...])
        signature.finish()
        var bytes: [UInt8] = []
        var delta = try BlockDelta(signature) { bytes += $0 }
        try delta.write(new.tar[...])
        try delta.finish()
        let figure = try #require(try await survey.figure(of: .blockDelta))
        let compressed = try Gzip.byteCount(of: bytes)
        #expect(figure.byteCount == UInt64(try await documents() + compressed))
        // What was inserted, the header, and pieces of blocks around them.
        #expect(compressed < 3500)
    }

    @Test func `what is this program's is measured elsewhere`() async throws {
        let survey = try await survey([[.file("a", "1")]], [[.file("a", "2")]])
        for kind in RouteKind.allCases where !RouteSurvey.kinds.contains(kind) {
            #expect(try await survey.figure(of: kind) == nil)
        }
    }
}
