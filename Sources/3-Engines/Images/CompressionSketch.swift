import Bytes
import Compression
import FileIO
public import Shipping
import Work

/// A first idea of how large a stream gets when it is compressed, long before all of it could be read.
///
/// Of a large stream, some blocks are compressed quickly, and a few of these really: how both sizes stand to each other there is
/// taken for the others, and their mean for the stream (double sampling with a ratio estimator; W. Cochran, "Sampling
/// Techniques", 1977, chapter 12). The error that is told is what such a sample misses in one case of twenty: the standard
/// error times Student's t.
public struct CompressionSketch: Sendable {
    private let stream: JoinedRegions
    private let jobs: Int
    private let blocks: [Block]

    /// A block that was compressed quickly.
    private struct Block {
        let offset: UInt64
        let quick: Double
    }

    /// So many blocks are compressed quickly.
    private static let quickCount = 192
    private static let blockByteCount = UInt64(CompressedSize.blockByteCount)

    /// Compresses some blocks of a stream quickly.
    ///
    /// - Parameters:
    ///   - stream: What to compress.
    ///   - jobs: How many blocks to work on at a time.
    /// - Throws: `FileError` if the stream cannot be read, `CancellationError` when its task was cancelled.
    public init(_ stream: JoinedRegions, jobs: Int) async throws {
        self.stream = stream
        self.jobs = jobs
        let blockCount = (stream.byteCount + Self.blockByteCount - 1) / Self.blockByteCount
        let chosen = CompressedSize.samples(Self.quickCount, of: Int(clamping: blockCount))
        blocks = try await parallelMap(stride(from: 0, to: chosen.count, by: 16).map { $0 }, width: jobs) {
            start in
            let estimator = ZstdEstimator(level: 1)
            return try chosen[start..<min(start + 16, chosen.count)].map { block in
                let offset = UInt64(block) * Self.blockByteCount
                let bytes = try stream.read(at: offset, count: Int(Self.blockByteCount))
                return Block(offset: offset, quick: Double(estimator.byteCount(of: bytes[...])))
            }
        }.flatMap(\.self)
    }

    /// How large the stream gets.
    ///
    /// - Parameter method: How it is compressed.
    /// - Returns: An exact figure for a small stream, else an estimate that may be off by some per cent.
    /// - Throws: `FileError` if the stream cannot be read, `CancellationError` when its task was cancelled.
    public func figure(_ method: CompressedSize.Method) async throws -> Figure {
        guard stream.byteCount > method.exactSketchByteCount else {
            return try await CompressedSize.figure(of: stream, method, jobs: jobs)
        }
        // From all over the range of sizes, each standing for as many others.
        let order = blocks.indices.sorted { (blocks[$0].quick, $0) < (blocks[$1].quick, $1) }
        let sampled = CompressedSize.samples(method.sketchCount, of: order.count).map { blocks[order[$0]] }
        let pairs = try await parallelMap(sampled, width: jobs) { block in
            (
                quick: block.quick, real: Double(try method.byteCount(of: stream, at: block.offset)),
                far: method == .zstd19 ? try farByteCount(of: block) : block.quick
            )
        }
        let real = Ratio(pairs.map { ($0.quick, $0.real) })
        let far = Ratio(pairs.map { ($0.quick, $0.far) })
        let share = method == .zstd19 ? CompressedSize.farShare(min(1, far.value)) : (factor: 1, error: 0)
        let all = Double(stream.byteCount) / Double(Self.blockByteCount)
        let mean = blocks.reduce(0) { $0 + $1.quick } / Double(blocks.count)
        let size = mean * all * real.value * share.factor
        // What the mean of the blocks misses, what either ratio does, and what is known of the method itself.
        let spread = Self.variance(blocks.map(\.quick)) / Double(blocks.count) / (mean * mean)
        let unseen = max(0, 1 - Double(blocks.count) / all)
        let variance =
            spread * unseen + real.relativeVariance + (method == .zstd19 ? far.relativeVariance : 0)
        let error = Self.studentFactor(pairs.count) * variance.squareRoot() + share.error
        return Figure(UInt64(size), error: UInt64(size * error))
    }

    /// What a quick compression makes of a block that knows as much of what lies before it as level 19 does.
    private func farByteCount(of block: Block) throws -> Double {
        var count = 0
        let compressor = try ZstdCompressor(CompressedSize.control) { count += $0.count }
        let history = min(block.offset, CompressedSize.controlHistory)
        let bytes = try stream.read(
            at: block.offset - history, count: Int(history + Self.blockByteCount))
        try compressor.write(bytes[..<Int(history)])
        try compressor.flush()
        let before = count
        try compressor.write(bytes[Int(history)...])
        try compressor.flush()
        return Double(count - before)
    }

    /// How the sizes of some blocks stand to each other.
    private struct Ratio {
        let value: Double
        /// The variance of the value as a share of its square.
        let relativeVariance: Double

        init(_ pairs: [(x: Double, y: Double)]) {
            let (x, y) = pairs.reduce((0.0, 0.0)) { ($0.0 + $1.x, $0.1 + $1.y) }
            let ratio = x > 0 ? y / x : 1
            value = ratio
            let count = Double(pairs.count)
            let residues = pairs.reduce(0) { $0 + ($1.y - ratio * $1.x) * ($1.y - ratio * $1.x) }
            relativeVariance =
                count > 1 && y > 0 ? residues / (count - 1) / count / (y / count) / (y / count) : 1
        }
    }

    private static func variance(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }

    /// Student's t for a probability of 95 % and a sample of that size; within 0.03 of it from eight on.
    static func studentFactor(_ count: Int) -> Double { 1.96 + 2.6 / Double(max(1, count - 2)) }
}

extension CompressedSize.Method {
    /// So much is compressed as a whole for a first idea, too.
    fileprivate var exactSketchByteCount: UInt64 {
        switch self {
        case .gzip: 4 << 20
        case .zstd19: 1 << 20
        }
    }

    /// So many blocks are really compressed of more.
    fileprivate var sketchCount: Int {
        switch self {
        case .gzip: 24
        case .zstd19: 10
        }
    }
}
