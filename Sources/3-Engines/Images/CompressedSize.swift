import Bytes
import Compression
import FileIO
public import Shipping
public import Work

/// How large a stream gets when it is compressed.
///
/// Where that takes too long, some blocks of it are compressed, and a quick compression of everything tells how they stand
/// for the rest: what the samples have of the two sizes' ratio is taken for all (a ratio estimator; W. Cochran, "Sampling
/// Techniques", 1977, chapter 6). Blocks that compress alike are judged together (strata; chapter 6.10). Twice the standard
/// error is told as the error.
public enum CompressedSize {
    /// A compressor.
    public enum Method: Sendable {
        /// gzip at its default level, 6, by zlib.
        case gzip
        /// zstd at level 19, one thread.
        case zstd19
    }

    /// Up to so many bytes are compressed by gzip as they are.
    public static let exactGzipByteCount = Method.gzip.exactByteCount

    /// Blocks of that size are sampled: many small ones tell more than few large ones.
    static let blockByteCount = 256 << 10

    /// How large a stream gets.
    ///
    /// - Parameters:
    ///   - stream: What to compress.
    ///   - method: How.
    ///   - jobs: How many blocks to work on at a time.
    ///   - reporter: Told how many bytes were gone through.
    /// - Returns: An exact figure for a small stream, else an estimate.
    /// - Throws: `FileError` if the stream cannot be read, `CancellationError` when its task was cancelled.
    public static func figure(
        of stream: JoinedRegions, _ method: Method, jobs: Int, _ reporter: Reporter = .silent
    ) async throws -> Figure {
        if stream.byteCount <= method.exactByteCount {
            return try await WorkPool.shared.run {
                Figure(exact: try method.byteCount(of: stream) { reporter.advance(by: $0) })
            }
        }
        let blockCount = Int(clamping: (stream.byteCount - 1) / UInt64(blockByteCount) + 1)
        let (figure, quick) = try await stratified(stream, blockCount, method, jobs: jobs, reporter)
        guard method == .zstd19 else { return figure }
        return farther(
            figure, alone: quick, within: Double(try await controlByteCount(of: stream, jobs: jobs)))
    }

    /// Every block is compressed quickly by itself; of those that compress alike some are really compressed.
    ///
    /// - Returns: What the method makes of all blocks, with no more before each of them than it was given; and what the quick
    ///   compression does.
    private static func stratified(
        _ stream: JoinedRegions, _ blockCount: Int, _ method: Method, jobs: Int, _ reporter: Reporter
    ) async throws -> (Figure, quick: Double) {
        let quick = try await parallelMap(runs(of: blockCount), width: jobs) { run in
            let first = UInt64(run.lowerBound) * UInt64(blockByteCount)
            let bytes = try stream.read(at: first, count: run.count * blockByteCount)
            reporter.advance(by: UInt64(bytes.count))
            let estimator = ZstdEstimator(level: 1)
            return stride(from: 0, to: bytes.count, by: blockByteCount).map { start in
                let block = bytes[start..<min(start + blockByteCount, bytes.count)]
                return Double(estimator.byteCount(of: block))
            }
        }.flatMap(\.self)
        let groups = method == .gzip ? evenStrata(quick) : weightedStrata(quick)
        let samples = groups.map { group in
            self.samples(method.sampleCount / strataCount, of: group.count).map { group[$0] }
        }
        let real = try await parallelMap(samples.flatMap(\.self), width: jobs) { block in
            Double(try method.byteCount(of: stream, at: UInt64(block) * UInt64(blockByteCount)))
        }
        let sizes = Dictionary(zip(samples.joined(), real), uniquingKeysWith: { first, _ in first })
        let figure = estimate(
            zip(groups, samples).map { group, sampled in
                Stratum(
                    samples: sampled.map { Sample(quick: quick[$0], real: sizes[$0] ?? 0) },
                    whole: group.reduce(0) { $0 + quick[$1] }, blockCount: group.count)
            })
        return (figure, quick.reduce(0, +))
    }

    /// What registries' clients make of what zlib makes: they have encoders of their own, which make no less.
    ///
    /// - Parameter figure: What gzip at its default level makes of some layers.
    /// - Returns: The same figure with bounds that hold what those encoders make.
    public static func pushed(_ figure: Figure) -> Figure {
        guard let bounds = figure.bounds else { return figure }
        let most = Double(bounds.upperBound) * encoderSpread
        return Figure(figure.byteCount, bounds: bounds.lowerBound...UInt64(most))
    }

    /// By how much other encoders of gzip are above zlib at the default level, at most: measured, see docs/ROUTES.md.
    private static let encoderSpread = 1.052

    private static let strataCount = 8

    /// Blocks that compress alike, as many in each group.
    private static func evenStrata(_ sizes: [Double]) -> [[Int]] {
        let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
        return (0..<strataCount).map { stratum in
            // Samples are taken from all over the stream.
            order[order.count * stratum / strataCount..<order.count * (stratum + 1) / strataCount].sorted()
        }
    }

    /// Blocks that compress alike, in groups that weigh about the same: what takes more bytes is looked at more closely.
    private static func weightedStrata(_ sizes: [Double]) -> [[Int]] {
        let all = sizes.reduce(0, +)
        var groups = [[Int]](repeating: [], count: strataCount)
        var sum = 0.0
        for block in sizes.indices.sorted(by: { (sizes[$0], $0) < (sizes[$1], $1) }) {
            let place = all > 0 ? Int((sum + sizes[block] / 2) / all * Double(strataCount)) : 0
            groups[min(max(place, 0), strataCount - 1)].append(block)
            sum += sizes[block]
        }
        return groups.map { $0.sorted() }
    }

    /// Counts what lies before each block: a quick compression of the stream as one, against that of each block by itself,
    /// tells how much it saves.
    private static func farther(_ figure: Figure, alone: Double, within: Double) -> Figure {
        guard alone > 0, let bounds = figure.bounds else { return figure }
        let (factor, error) = farShare(min(1, within / alone))
        func scaled(_ byteCount: UInt64) -> UInt64 { UInt64(Double(byteCount) * factor) }
        return Figure(
            scaled(figure.byteCount), bounds: scaled(bounds.lowerBound)...scaled(bounds.upperBound)
        ).widened(by: UInt64(Double(scaled(figure.byteCount)) * error))
    }

    /// What level 19 makes of blocks that know what lies before them, where the quick compression makes that share of what it
    /// makes of each by itself: a factor, and how far it may be off.
    static func farShare(_ share: Double) -> (factor: Double, error: Double) {
        let more = min(farGain * (1 - share), farGainLimit)
        return (share * (1 - more), max(farError, more))
    }

    /// Level 19 saves more by what lies before a block than the quick compression does: so much of what that saves, and no
    /// more than the limit. What repeats byte by byte both find alike. Measured, see docs/ROUTES.md.
    private static let farGain = 0.25
    private static let farGainLimit = 0.05
    /// By how much the figure may be off after that.
    private static let farError = 0.03

    /// Blocks that one task looks at.
    private static func runs(of blockCount: Int) -> [Range<Int>] {
        stride(from: 0, to: blockCount, by: 16).map { $0..<min($0 + 16, blockCount) }
    }

    /// So many numbers below another, evenly spread.
    static func samples(_ count: Int, of all: Int) -> [Int] {
        let step = max(1, Double(all) / Double(count))
        return (0..<count).map { Int((Double($0) + 0.5) * step) }.filter { $0 < all }
    }

    // MARK: - The quick compression of everything

    /// A quick compression that gains about as much from what lies far back as level 19 does: with its window and long
    /// matches. A larger table would find a little more, but is in no processor's cache.
    static let control = ZstdOptions(level: 1, windowLog: 23, hashLog: 18, findsLongMatches: true)
    /// How many bytes before a block level 19 and it make use of.
    static let controlHistory: UInt64 = 1 << 23

    /// What it makes of a stream, in two halves at a time: what the second one loses by that is little.
    private static func controlByteCount(of stream: JoinedRegions, jobs: Int) async throws -> Int {
        let half = stream.byteCount / 2
        return try await parallelMap([0..<half, half..<stream.byteCount], width: jobs) { part in
            var count = 0
            let compressor = try ZstdCompressor(control) { count += $0.count }
            var offset = part.lowerBound
            while offset < part.upperBound {
                try Task.checkCancellation()
                let bytes = try stream.read(at: offset, count: Int(min(1 << 20, part.upperBound - offset)))
                guard !bytes.isEmpty else { break }
                try compressor.write(bytes[...])
                offset += UInt64(bytes.count)
            }
            try compressor.finish()
            return count
        }.reduce(0, +)
    }

    // MARK: - Reading samples

    /// The sizes of a block that was compressed both ways.
    public struct Sample: Sendable {
        let quick: Double
        let real: Double

        /// A block that takes so many bytes after a quick compression, and so many after the one that is asked about.
        public init(quick: Double, real: Double) { (self.quick, self.real) = (quick, real) }
    }

    /// Blocks that are judged together.
    public struct Stratum: Sendable {
        let samples: [Sample]
        let whole: Double
        let blockCount: Int

        /// Blocks of which some were sampled.
        ///
        /// - Parameters:
        ///   - samples: Those that were.
        ///   - whole: What all of the blocks take after a quick compression.
        ///   - blockCount: How many there are.
        public init(samples: [Sample], whole: Double, blockCount: Int) {
            (self.samples, self.whole, self.blockCount) = (samples, whole, blockCount)
        }
    }

    /// Reads samples.
    ///
    /// - Parameter strata: All blocks of a stream.
    /// - Returns: An estimate with its error.
    public static func estimate(_ strata: [Stratum]) -> Figure {
        var sum = 0.0
        var variance = 0.0
        for stratum in strata where stratum.blockCount > 0 {
            let samples = stratum.samples
            let quick = samples.reduce(0) { $0 + $1.quick }
            let left = max(0, 1 - Double(samples.count) / Double(stratum.blockCount))
            guard quick > 0, samples.count > 1 || left == 0 else {
                // Nothing tells how far this is from the truth.
                sum += stratum.whole
                variance += stratum.whole * stratum.whole / 4
                continue
            }
            let ratio = samples.reduce(0) { $0 + $1.real } / quick
            let residues = samples.reduce(0) {
                $0 + ($1.real - ratio * $1.quick) * ($1.real - ratio * $1.quick)
            }
            let count = Double(samples.count)
            let deviation =
                left > 0 ? (residues / (count - 1) * left / count).squareRoot() / (quick / count) : 0
            sum += stratum.whole * ratio
            variance += deviation * deviation * stratum.whole * stratum.whole
        }
        return Figure(UInt64(sum), error: UInt64(2 * variance.squareRoot()))
    }
}

extension CompressedSize.Method {
    /// So much is compressed as a whole.
    fileprivate var exactByteCount: UInt64 {
        switch self {
        case .gzip: 32 << 20
        case .zstd19: 12 << 20
        }
    }

    /// So many blocks are sampled of more.
    fileprivate var sampleCount: Int {
        switch self {
        case .gzip: 96
        case .zstd19: 32
        }
    }

    /// Bytes before a block that gzip makes use of.
    fileprivate static let gzipHistory = 1 << 15

    /// The size of a stream that is compressed.
    fileprivate func byteCount(of stream: JoinedRegions, _ progress: (UInt64) -> Void) throws -> UInt64 {
        var count = 0
        func compress(_ write: (ArraySlice<UInt8>) throws -> Void) throws {
            try stream.forEachPart {
                try write($0)
                progress(UInt64($0.count))
            }
        }
        switch self {
        case .gzip:
            let compressor = try GzipCompressor(level: 6, header: .plain) { count += $0.count }
            try compress { try compressor.write($0) }
            try compressor.finish()
        case .zstd19:
            let compressor = try ZstdCompressor(ZstdOptions(level: 19), byteCount: stream.byteCount) {
                count += $0.count
            }
            try compress { try compressor.write($0) }
            try compressor.finish()
        }
        return UInt64(count)
    }

    /// What the block of a stream that begins there adds to it.
    ///
    /// - Throws: `FileError` if the stream cannot be read, `CompressionError` if the compressor has no memory.
    func byteCount(of stream: JoinedRegions, at offset: UInt64) throws -> Int {
        let history = self == .gzip ? min(Int(clamping: offset), Self.gzipHistory) : 0
        let bytes = try stream.read(
            at: offset - UInt64(history), count: history + CompressedSize.blockByteCount)
        return switch self {
        case .gzip:
            try Gzip.byteCount(of: bytes) - (history > 0 ? Gzip.byteCount(of: Array(bytes[..<history])) : 0)
        // A window no larger than the block: tables for more would take longer to clear than the block to compress.
        case .zstd19: try Self.byteCount(of: bytes, ZstdOptions(level: 19, windowLog: 18))
        }
    }

    /// What zstd makes of a block as of a piece of a long stream: if it knew how short the block is, it would use other
    /// parameters.
    fileprivate static func byteCount(of bytes: [UInt8], _ options: ZstdOptions) throws -> Int {
        var count = 0
        let compressor = try ZstdCompressor(options) { count += $0.count }
        try compressor.write(bytes[...])
        try compressor.finish()
        return count
    }
}
