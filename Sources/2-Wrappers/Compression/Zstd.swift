import CZstd
import Locks

/// How zstd compresses (RFC 8878; ZSTD_cParameter in zstd.h).
public struct ZstdOptions: Hashable, Sendable {
    /// 1 ... 22.
    public var level: Int
    /// Base-2 logarithm of the window, which is what a decompressor must keep; nil lets the level choose.
    public var windowLog: Int?
    /// Base-2 logarithm of the table that matches are found by; nil lets the level choose.
    public var hashLog: Int?
    /// Base-2 logarithm of the table that matches are chained in; nil lets the level choose.
    public var chainLog: Int?
    /// Whether to look for long matches far back, which large windows need.
    public var findsLongMatches: Bool

    /// Options of that level.
    public init(
        level: Int, windowLog: Int? = nil, hashLog: Int? = nil, chainLog: Int? = nil,
        findsLongMatches: Bool = false
    ) {
        self.level = level
        self.windowLog = windowLog
        self.hashLog = hashLog
        self.chainLog = chainLog
        self.findsLongMatches = findsLongMatches
    }
}

/// Compresses one zstd frame from input that arrives in parts.
public final class ZstdCompressor {
    private let context: OpaquePointer
    private let sink: ([UInt8]) throws -> Void
    private var buffer: [UInt8]

    /// Starts a frame.
    ///
    /// - Parameters:
    ///   - options: How to compress.
    ///   - byteCount: The size of the input if it is known; the frame then tells it.
    ///   - sink: Takes compressed bytes, in order.
    /// - Throws: `CompressionError` if zstd has no memory or refuses the options.
    public init(
        _ options: ZstdOptions, byteCount: UInt64? = nil, sink: @escaping ([UInt8]) throws -> Void
    ) throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw .failed(library: "zstd", reason: "out of memory") }
        self.context = context
        self.sink = sink
        let size = ZSTD_CStreamOutSize()
        // Of thousands of small inputs each would have to clear all of it.
        let bound = byteCount.flatMap { $0 < size / 2 ? ZSTD_compressBound(Int($0)) : nil }
        buffer = [UInt8](repeating: 0, count: bound ?? size)
        var parameters = [(ZSTD_c_compressionLevel, options.level)]
        if let windowLog = options.windowLog { parameters.append((ZSTD_c_windowLog, windowLog)) }
        if let hashLog = options.hashLog { parameters.append((ZSTD_c_hashLog, hashLog)) }
        if let chainLog = options.chainLog { parameters.append((ZSTD_c_chainLog, chainLog)) }
        if options.findsLongMatches { parameters.append((ZSTD_c_enableLongDistanceMatching, 1)) }
        for (name, value) in parameters {
            try check(ZSTD_CCtx_setParameter(context, name, Int32(clamping: value)))
        }
        if let byteCount { try check(ZSTD_CCtx_setPledgedSrcSize(context, byteCount)) }
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Adds input.
    public func write(_ bytes: ArraySlice<UInt8>) throws { try run(bytes, ZSTD_e_continue) }

    /// Gives all that was written to the sink, so that it can be told what it took. The frame goes on.
    public func flush() throws { try run([], ZSTD_e_flush) }

    /// Ends the frame.
    public func finish() throws { try run([], ZSTD_e_end) }

    private func run(_ bytes: ArraySlice<UInt8>, _ directive: ZSTD_EndDirective) throws {
        var consumed = 0
        while true {
            var rest = 0
            var produced = 0
            try bytes.withUnsafeBytes { source in
                try buffer.withUnsafeMutableBytes { target in
                    var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: consumed)
                    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    rest = try check(ZSTD_compressStream2(context, &output, &input, directive))
                    consumed = input.pos
                    produced = output.pos
                }
            }
            if produced > 0 { try sink(Array(buffer[..<produced])) }
            if directive == ZSTD_e_continue ? consumed == bytes.count : rest == 0 { return }
        }
    }
}

/// Decompresses a zstd frame, or one after the other, whose compressed bytes are fetched when they are needed.
public final class ZstdDecompressor {
    private let context: OpaquePointer
    private let source: () throws -> ArraySlice<UInt8>
    private var input: ArraySlice<UInt8> = []
    private var isFinished = false

    /// Starts reading a frame.
    ///
    /// - Parameters:
    ///   - windowLogLimit: The largest window accepted, as a base-2 logarithm: it bounds the memory.
    ///   - source: Gives the next compressed bytes; empty at their end.
    /// - Throws: `CompressionError` if zstd has no memory or refuses the options.
    public init(windowLogLimit: Int, source: @escaping () throws -> ArraySlice<UInt8>)
        throws(CompressionError)
    {
        guard let context = ZSTD_createDCtx() else { throw .failed(library: "zstd", reason: "out of memory") }
        self.context = context
        self.source = source
        try check(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(clamping: windowLogLimit)))
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Fills the buffer from its start.
    ///
    /// - Returns: How many bytes were decompressed: fewer than the buffer holds only at the frame's end.
    public func read(into buffer: inout [UInt8]) throws -> Int {
        var produced = 0
        while produced < buffer.count, !isFinished {
            if input.isEmpty {
                input = try source()
            }
            let before = produced
            let available = input.count
            var consumed = 0
            try input.withUnsafeBytes { sourceBytes in
                try buffer.withUnsafeMutableBytes { target in
                    var inBuffer = ZSTD_inBuffer(
                        src: sourceBytes.baseAddress, size: sourceBytes.count, pos: 0)
                    var outBuffer = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: produced)
                    isFinished = try check(ZSTD_decompressStream(context, &outBuffer, &inBuffer)) == 0
                    consumed = inBuffer.pos
                    produced = outBuffer.pos
                }
            }
            input = input.dropFirst(consumed)
            // No input left and nothing came out: the frame has no end.
            if available == 0, produced == before, !isFinished { throw CompressionError.endsEarly }
        }
        return produced
    }

    /// Whether the frame ended and nothing follows it.
    public func isAtEnd() throws -> Bool {
        var probe: [UInt8] = [0]
        guard try read(into: &probe) == 0, isFinished else { return false }
        return try upcoming(1).isEmpty
    }

    /// The next compressed bytes, which stay to be read: so many, or more; fewer only at their end.
    func upcoming(_ count: Int) throws -> ArraySlice<UInt8> {
        while input.count < count {
            let part = try source()
            if part.isEmpty { break }
            input += part
        }
        return input
    }

    /// Goes on with the frame that follows the one that ended.
    func startNextFrame() { isFinished = false }
}

/// zstd on whole buffers.
public enum Zstd {
    /// Compresses into one frame that tells its size.
    public static func compress(_ bytes: [UInt8], _ options: ZstdOptions) throws -> [UInt8] {
        var compressed: [UInt8] = []
        let compressor = try ZstdCompressor(options, byteCount: UInt64(bytes.count)) { compressed += $0 }
        try compressor.write(bytes[...])
        try compressor.finish()
        return compressed
    }

    /// Larger buffers have an estimator of their own, so that those that are kept are small.
    private static let spareByteCount = 1 << 16
    /// The level of the estimators that are kept.
    private static let spareLevel = 3
    /// Estimators that no thread uses. To make one asks the processor what it can, and where that is a virtual machine's it
    /// takes far longer than to compress a few bytes.
    private static let spares = Locked<[Spare]>([])

    /// An estimator that no thread uses, so that any may take it.
    private struct Spare: @unchecked Sendable {
        let estimator: ZstdEstimator
    }

    /// How many bytes a quick compression takes: for estimates.
    public static func estimate(_ bytes: [UInt8], level: Int = 3) -> Int {
        guard bytes.count <= spareByteCount, level == spareLevel else {
            return ZstdEstimator(level: level).byteCount(of: bytes[...])
        }
        let spare = spares.withLock { $0.popLast() } ?? Spare(estimator: ZstdEstimator(level: level))
        defer { spares.withLock { $0.append(spare) } }
        return spare.estimator.byteCount(of: bytes[...])
    }

    /// The library's version, which the bytes it makes depend on.
    public static var version: String { String(cString: ZSTD_versionString()) }
}

/// Tells how many bytes zstd makes of one buffer after the other, each a frame of its own.
public final class ZstdEstimator {
    private static let uncompressedByteCount = 6
    private let context: OpaquePointer?
    private let level: Int32
    private var output: [UInt8] = []

    /// An estimator of that level.
    public init(level: Int) {
        context = ZSTD_createCCtx()
        self.level = Int32(clamping: level)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// How many bytes a buffer becomes; as many as it has where zstd has no memory.
    public func byteCount(of bytes: ArraySlice<UInt8>) -> Int {
        // So few are never compressed: a header of 6 bytes, one of a block and the bytes.
        guard bytes.count > Self.uncompressedByteCount else { return bytes.count + 9 }
        let bound = ZSTD_compressBound(bytes.count)
        if output.count < bound { output = [UInt8](repeating: 0, count: bound) }
        let count = output.withUnsafeMutableBytes { output in
            bytes.withUnsafeBytes { input in
                ZSTD_compressCCtx(
                    context, output.baseAddress, output.count, input.baseAddress, input.count, level)
            }
        }
        return ZSTD_isError(count) != 0 ? bytes.count : count
    }
}

@discardableResult
private func check(_ result: Int) throws(CompressionError) -> Int {
    guard ZSTD_getErrorCode(result) != ZSTD_error_frameParameter_windowTooLarge else { throw .windowTooLarge }
    guard ZSTD_isError(result) == 0 else {
        throw .failed(library: "zstd", reason: String(cString: ZSTD_getErrorName(result)).lowercased())
    }
    return result
}
