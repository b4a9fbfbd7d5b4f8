import Bytes
import Chunking
import Compression
import FileIO
import Hashing
import Images
import Shipping
import Work

/// What a store of chunks sends: casync's and desync's method with their usual sizes, over the uncompressed layers.
struct ChunkStore {
    private let survey: RouteSurvey
    private let reporter: Reporter

    /// What casync's index takes: a header and the head and the end of its table, and for each chunk its end and its digest.
    private static let indexByteCount: UInt64 = 48 + 16 + 40
    private static let indexChunkByteCount: UInt64 = 40
    /// The level that casync and desync compress a chunk at.
    private static let level = 3

    /// By how much the method is off casync, at most: measured, see docs/ROUTES.md.
    private static let methodError = 0.01

    init(_ survey: RouteSurvey, _ reporter: Reporter) {
        self.survey = survey
        self.reporter = reporter
    }

    /// Chunks that the old image lacks, compressed one by one, and the indexes of its layers.
    func figure() async throws -> Figure {
        let layers = survey.lacking
        guard !layers.isEmpty else { return Figure(exact: 0) }
        let oldTars = survey.old.layers.map(\.tar)
        let newTars = layers.map { survey.new.layers[$0].tar }
        reporter.begin(.comparing, total: (oldTars + newTars).reduce(0) { $0.addingClamped($1.byteCount) })
        let known = Set(
            try await parallelMap(oldTars, width: survey.jobs) { tar in
                var digests: [Digest] = []
                try chunks(of: tar) { digests.append(Digest.of($0)) }
                return digests
            }.joined())
        let found = try await parallelMap(newTars, width: survey.jobs) { tar in
            var lacking: [(Digest, UInt64)] = []
            let estimator = ZstdEstimator(level: Self.level)
            var count: UInt64 = 0
            try chunks(of: tar) { chunk in
                count += 1
                let digest = Digest.of(chunk)
                guard !known.contains(digest) else { return }
                lacking.append((digest, UInt64(estimator.byteCount(of: chunk))))
            }
            return (lacking: lacking, indexByteCount: Self.indexByteCount + count * Self.indexChunkByteCount)
        }
        let sizes = Dictionary(found.flatMap(\.lacking), uniquingKeysWith: { first, _ in first })
        let bytes = sizes.values.reduce(0, +) + found.reduce(0) { $0 + $1.indexByteCount }
        return Figure(bytes, error: UInt64(Double(bytes) * Self.methodError))
    }

    private func chunks(of tar: FileRegion, _ body: @escaping (ArraySlice<UInt8>) throws -> Void) throws {
        var chunker = ContentChunker(sink: body)
        try tar.forEachPart {
            try chunker.write($0)
            reporter.advance(by: UInt64($0.count))
        }
        try chunker.finish()
    }
}
