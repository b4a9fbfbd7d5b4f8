import Bytes
import Compression
import FileIO
public import Shipping
public import Work

/// How large a stream gets when it is compressed.
///
/// Where that takes too long, some blocks of it are compressed, and a quick compression of all blocks tells how they stand
/// for the rest: what the samples have of the two sizes' ratio is taken for all (a ratio estimator; W. Cochran, "Sampling
/// Techniques", 1977, chapter 6). Twice its standard error is told as the error.
public enum CompressedSize {
    /// A compressor.
    public enum Method: Sendable {
        /// gzip at its default level, 6, by zlib.
        case gzip
        /// zstd at level 19, one thread.
        case zstd19
    }

    /// Blocks of that size are sampled.
    private static let blockByteCount = 1 << 20

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
        let step = max(1, Double(blockCount) / Double(method.sampleCount))
        let sampled = Set(
            (0..<method.sampleCount).map { Int((Double($0) + 0.5) * step) }.filter { $0 < blockCount })
        async let control = method.control(of: stream)
        let blocks = try await parallelMap(Array(0..<blockCount), width: jobs) { block -> Block? in
            try Task.checkCancellation()
            guard sampled.contains(block) || method.looksAtAll else { return nil }
            let offset = UInt64(block) * UInt64(blockByteCount)
            let history = min(Int(clamping: offset), method.history)
            let bytes = try stream.read(at: offset - UInt64(history), count: history + blockByteCount)
            reporter.advance(by: UInt64(bytes.count - history))
            let content = Array(bytes[history...])
            return Block(
                quick: Double(Zstd.estimate(content, level: 1)),
                real: sampled.contains(block)
                    ? Double(try method.byteCount(of: bytes, history: history)) : nil)
        }.compactMap(\.self)
        let whole = try await control ?? blocks.reduce(0) { $0 + $1.quick }
        return estimate(blocks, whole: whole, blockCount: blockCount)
    }

    /// What is known of a block.
    struct Block {
        /// Its size after a quick compression.
        let quick: Double
        /// Its size, if it was sampled.
        let real: Double?
    }

    /// Reads samples.
    ///
    /// - Parameters:
    ///   - blocks: All that were looked at.
    ///   - whole: The size of the whole stream after a quick compression.
    ///   - blockCount: How many blocks the stream has.
    /// - Returns: An estimate with its error.
    static func estimate(_ blocks: [Block], whole: Double, blockCount: Int) -> Figure {
        let samples = blocks.compactMap { block in block.real.map { (quick: block.quick, real: $0) } }
        let quick = samples.reduce(0) { $0 + $1.quick }
        guard quick > 0, samples.count > 1 else {
            return Figure(UInt64(whole), bounds: 0...UInt64(whole * 2))
        }
        let ratio = samples.reduce(0) { $0 + $1.real } / quick
        let residues = samples.reduce(0) { $0 + ($1.real - ratio * $1.quick) * ($1.real - ratio * $1.quick) }
        let count = Double(samples.count)
        let left = max(0, 1 - count / Double(blockCount))
        let deviation = (residues / (count - 1) * left / count).squareRoot() / (quick / count)
        return Figure(UInt64(whole * ratio), error: UInt64(2 * deviation * whole))
    }
}

extension CompressedSize.Method {
    /// So much is compressed as a whole.
    fileprivate var exactByteCount: UInt64 {
        switch self {
        case .gzip: 48 << 20
        case .zstd19: 12 << 20
        }
    }

    /// So many blocks are sampled of more.
    fileprivate var sampleCount: Int {
        switch self {
        case .gzip: 64
        case .zstd19: 16
        }
    }

    /// Bytes before a block that its compression makes use of.
    fileprivate var history: Int {
        switch self {
        case .gzip: 1 << 15
        // Eight megabytes would take as long as eight blocks: what they save is taken from the quick compression instead.
        case .zstd19: 0
        }
    }

    /// Whether the quick compression is one of each block by itself.
    fileprivate var looksAtAll: Bool { self == .gzip }

    /// The size of the whole stream after a quick compression; nil if the sum of its blocks serves.
    fileprivate func control(of stream: JoinedRegions) async throws -> Double? {
        guard self == .zstd19 else { return nil }
        return try await WorkPool.shared.run {
            var count = 0
            // With level 19's window.
            let options = ZstdOptions(level: 1, windowLog: 23, findsLongMatches: true)
            let compressor = try ZstdCompressor(options) { count += $0.count }
            try stream.forEachPart { try compressor.write($0) }
            try compressor.finish()
            return Double(count)
        }
    }

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

    /// What a block adds to a stream.
    ///
    /// - Parameters:
    ///   - bytes: The block, and bytes before it.
    ///   - history: How many of them are before it.
    /// - Returns: Bytes.
    /// - Throws: `CompressionError` if the compressor has no memory.
    fileprivate func byteCount(of bytes: [UInt8], history: Int) throws -> Int {
        switch self {
        case .gzip:
            try Gzip.byteCount(of: bytes) - (history > 0 ? Gzip.byteCount(of: Array(bytes[..<history])) : 0)
        case .zstd19: try Zstd.compress(bytes, ZstdOptions(level: 19)).count
        }
    }
}
