import CLzma

/// How xz compresses (lzma_lzma_preset in lzma/lzma12.h).
public struct XzOptions: Hashable, Sendable {
    /// 0 ... 9.
    public var preset: UInt32
    /// Whether to spend much more time for a little less output.
    public var isExtreme: Bool
    /// How far back matches are looked for, which decides most of the memory: eleven times as much and a few megabytes.
    /// nil lets the preset choose.
    public var dictionaryByteCount: UInt32?

    /// Options of that preset.
    public init(preset: UInt32, isExtreme: Bool = false, dictionaryByteCount: UInt32? = nil) {
        self.preset = preset
        self.isExtreme = isExtreme
        self.dictionaryByteCount = dictionaryByteCount
    }
}

/// Compresses one xz stream without an integrity check from input that arrives in parts.
public final class XzCompressor {
    private let coder = LzmaCoder()
    private let sink: ([UInt8]) throws -> Void

    /// Starts a stream.
    ///
    /// - Parameters:
    ///   - options: How to compress.
    ///   - sink: Takes compressed bytes, in order.
    /// - Throws: `CompressionError` if liblzma has no memory.
    public init(_ options: XzOptions, sink: @escaping ([UInt8]) throws -> Void) throws(CompressionError) {
        self.sink = sink
        let preset = options.preset | (options.isExtreme ? CLzma_preset_extreme : 0)
        var settings = lzma_options_lzma()
        guard lzma_lzma_preset(&settings, preset) == 0 else {
            throw .failed(library: "xz", reason: "cannot start")
        }
        if let wanted = options.dictionaryByteCount {
            settings.dict_size = min(settings.dict_size, max(wanted, CLzma_dictionary_minimum))
        }
        let result = withUnsafeMutablePointer(to: &settings) { settings in
            var filters = [
                lzma_filter(id: CLzma_filter_lzma2, options: settings),
                lzma_filter(id: CLzma_filter_end, options: nil),
            ]
            return lzma_stream_encoder(coder.stream, &filters, LZMA_CHECK_NONE)
        }
        guard result == LZMA_OK else { throw .failed(library: "xz", reason: "cannot start") }
    }

    /// Adds input.
    public func write(_ bytes: ArraySlice<UInt8>) throws { try run(bytes, LZMA_RUN) }

    /// Ends the stream.
    public func finish() throws { try run([], LZMA_FINISH) }

    private func run(_ bytes: ArraySlice<UInt8>, _ action: lzma_action) throws {
        var rest = bytes
        while true {
            var output = [UInt8](repeating: 0, count: 1 << 16)
            let (result, consumed, produced) = coder.code(rest, into: &output, from: 0, action)
            guard result == LZMA_OK || result == LZMA_STREAM_END || result == LZMA_BUF_ERROR else {
                throw LzmaCoder.error(result)
            }
            rest = rest.dropFirst(consumed)
            if produced > 0 { try sink(Array(output[..<produced])) }
            if result == LZMA_STREAM_END || action == LZMA_RUN && rest.isEmpty && produced < output.count {
                return
            }
        }
    }
}

/// Decompresses one xz stream whose compressed bytes are fetched when they are needed.
public final class XzDecompressor {
    private let coder = LzmaCoder()
    private let source: () throws -> ArraySlice<UInt8>
    private var input: ArraySlice<UInt8> = []
    private var isFinished = false

    /// Starts reading a stream.
    ///
    /// - Parameters:
    ///   - memoryLimit: How many bytes of memory the stream may ask for.
    ///   - source: Gives the next compressed bytes; empty at their end.
    /// - Throws: `CompressionError` if liblzma has no memory.
    public init(memoryLimit: UInt64, source: @escaping () throws -> ArraySlice<UInt8>)
        throws(CompressionError)
    {
        self.source = source
        guard lzma_stream_decoder(coder.stream, memoryLimit, 0) == LZMA_OK else {
            throw .failed(library: "xz", reason: "cannot start")
        }
    }

    /// Fills the buffer from its start.
    ///
    /// - Returns: How many bytes were decompressed: fewer than the buffer holds only at the stream's end.
    public func read(into buffer: inout [UInt8]) throws -> Int {
        var filled = 0
        while filled < buffer.count, !isFinished {
            if input.isEmpty { input = try source() }
            let hadInput = !input.isEmpty
            let (result, consumed, produced) = coder.code(input, into: &buffer, from: filled, LZMA_RUN)
            input = input.dropFirst(consumed)
            filled += produced
            switch result {
            case LZMA_STREAM_END: isFinished = true
            case LZMA_OK, LZMA_BUF_ERROR:
                if !hadInput, produced == 0 { throw CompressionError.endsEarly }
            default: throw LzmaCoder.error(result)
            }
        }
        return filled
    }

    /// Whether the stream ended and nothing follows it.
    public func isAtEnd() throws -> Bool {
        var probe: [UInt8] = [0]
        guard try read(into: &probe) == 0, isFinished else { return false }
        return try input.isEmpty && source().isEmpty
    }
}

/// xz on whole buffers.
public enum Xz {
    /// Compresses into one stream.
    public static func compress(_ bytes: [UInt8], _ options: XzOptions) throws -> [UInt8] {
        var compressed: [UInt8] = []
        let compressor = try XzCompressor(options) { compressed += $0 }
        try compressor.write(bytes[...])
        try compressor.finish()
        return compressed
    }
}

/// Owns liblzma's state, which must not move in memory.
private final class LzmaCoder {
    let stream: UnsafeMutablePointer<lzma_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: CLzma_stream())
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    /// Runs once; returns what it said, how much input it took and how much output it made.
    func code(
        _ input: ArraySlice<UInt8>, into output: inout [UInt8], from start: Int, _ action: lzma_action
    ) -> (lzma_ret, consumed: Int, produced: Int) {
        input.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = source.count
                stream.pointee.next_out = target.baseAddress.map { $0 + start }
                stream.pointee.avail_out = target.count - start
                let result = lzma_code(stream, action)
                return (
                    result, source.count - stream.pointee.avail_in,
                    target.count - start - stream.pointee.avail_out
                )
            }
        }
    }

    static func error(_ result: lzma_ret) -> CompressionError {
        let reason =
            switch result {
            case LZMA_MEM_ERROR: "out of memory"
            case LZMA_MEMLIMIT_ERROR: "it needs more memory than is allowed"
            case LZMA_FORMAT_ERROR: "it is no xz stream"
            case LZMA_OPTIONS_ERROR: "it uses unknown options"
            default: "the compressed data is damaged"
            }
        return .failed(library: "xz", reason: reason)
    }
}
