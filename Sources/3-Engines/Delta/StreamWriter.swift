import Compression
import ContextMixing

/// Takes the stored bytes of a stream; they are read back once the recipe is complete.
public protocol StreamStore {
    /// Adds bytes at the end.
    func append(_ bytes: [UInt8]) throws
    /// Gives all bytes out again, in order.
    func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws
}

/// Compresses one stream of a recipe: short ones whole, with each coder that may win, long ones as they come.
///
/// Not checked by the compiler: a stream is written by one thread at a time, and has coder and store for itself.
final class StreamWriter: @unchecked Sendable {
    private static let wholeLimit = 1 << 20
    /// No coder makes less than that: a frame of zstd has four bytes of magic, two of header, three of a block's and one of
    /// content at least (RFC 8878, 3.1.1), a stream of xz has more.
    private static let leastFrame = 10
    /// So many bytes are coded before it is asked whether to go on.
    private static let partByteCount = 1 << 18
    /// Contexts tell little of fewer bytes, which the package as a whole compresses better.
    private static let contextByteCount = 256

    private let options: ZstdOptions?
    private let xzOptions: XzOptions?
    private let store: any StreamStore
    /// What contexts predict the bytes; nil where they may not.
    private let contextKind: ContextKind?
    private var pending: [UInt8] = []
    private var pendingHints: [UInt64] = []
    private var coder: Coder?
    /// How many bytes were written before compression.
    private(set) var byteCount: UInt64 = 0
    /// How many bytes they became.
    private(set) var storedByteCount: UInt64 = 0
    private(set) var codec = RecipeFormat.Codec.raw
    /// Whether somebody asks whose the stream's bytes are.
    var measures = false
    /// Tells it. Its tables are large, and most streams of small layers are empty.
    private var meter: StreamMeter?

    private enum Coder {
        case zstd(ZstdCompressor)
        case xz(XzCompressor)
        case contexts(ContextEncoder)
    }

    /// Starts a stream; without options it is stored as it is.
    init(_ options: ZstdOptions?, xz: XzOptions?, contexts: ContextKind?, store: any StreamStore) {
        self.options = options
        xzOptions = xz
        contextKind = contexts
        self.store = store
    }

    /// Adds bytes.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - hints: What stands around each of them, in streams of changes and gaps.
    ///   - isCancelled: Whether to stop.
    /// - Throws: `CancellationError` if that is so, and what compressing and storing throw.
    func write(
        _ bytes: ArraySlice<UInt8>, hints: [UInt64] = [], isCancelled: () -> Bool = { Task.isCancelled }
    ) throws {
        byteCount += UInt64(bytes.count)
        if measures, meter == nil, !bytes.isEmpty { meter = StreamMeter() }
        meter?.add(bytes)
        if coder == nil {
            pending += bytes
            if contextKind != nil { pendingHints += hints }
            guard pending.count > Self.wholeLimit, options != nil else { return }
            try startCoder()
            try code(pending[...], pendingHints, isCancelled)
            pending = []
            pendingHints = []
        } else {
            try code(bytes, hints, isCancelled)
        }
    }

    /// What was written since the last time takes, in bits; 0 if nobody asked.
    func takeBits() -> Double { meter?.take() ?? 0 }

    /// Long streams go to contexts or xz where those may be used: on differences and code they win.
    private func startCoder() throws {
        if let contextKind {
            coder = .contexts(ContextEncoder(contextKind) { [unowned self] in try keep(Array($0)) })
            codec = .contexts
        } else if let xzOptions {
            coder = .xz(try XzCompressor(xzOptions) { [unowned self] in try keep($0) })
            codec = .xz
        } else {
            guard let options else { return }
            coder = .zstd(try ZstdCompressor(options) { [unowned self] in try keep($0) })
            codec = .zstd
        }
    }

    private func code(_ bytes: ArraySlice<UInt8>, _ hints: [UInt64], _ isCancelled: () -> Bool) throws {
        var place = bytes.startIndex
        while place < bytes.endIndex {
            guard !isCancelled() else { throw CancellationError() }
            let end = min(place + Self.partByteCount, bytes.endIndex)
            switch coder {
            case .zstd(let compressor): try compressor.write(bytes[place..<end])
            case .xz(let compressor): try compressor.write(bytes[place..<end])
            case .contexts(let encoder):
                let done = place - bytes.startIndex
                try encoder.write(bytes[place..<end], hints: hints.dropFirst(done))
            case nil: break
            }
            place = end
        }
    }

    /// Ends the stream.
    ///
    /// - Parameter isCancelled: Whether to stop.
    /// - Throws: `CancellationError` if that is so, and what compressing and storing throw.
    func finish(isCancelled: () -> Bool = { Task.isCancelled }) throws {
        if coder == nil { try finishWhole(isCancelled) } else { try finishCoder() }
        coder = nil
    }

    private func finishCoder() throws {
        switch coder {
        case .zstd(let compressor): try compressor.finish()
        case .xz(let compressor): try compressor.finish()
        case .contexts(let encoder): try encoder.finish()
        case nil: break
        }
    }

    private func finishWhole(_ isCancelled: () -> Bool) throws {
        guard pending.count > Self.leastFrame else { return try keepPending(pending) }
        var best = pending
        func attempt(
            _ codec: RecipeFormat.Codec, _ makeCoder: (_ sink: @escaping ([UInt8]) -> Void) throws -> Coder
        )
            throws
        {
            let stored = Collected()
            coder = try makeCoder { stored.bytes += $0 }
            try code(pending[...], pendingHints, isCancelled)
            try finishCoder()
            guard stored.bytes.count < best.count else { return }
            best = stored.bytes
            self.codec = codec
        }
        if let options {
            try attempt(.zstd) { sink in
                .zstd(try ZstdCompressor(options, byteCount: UInt64(pending.count), sink: sink))
            }
        }
        if var xzOptions {
            // No more than all of it can be looked back at.
            xzOptions.dictionaryByteCount = UInt32(clamping: pending.count)
            try attempt(.xz) { sink in .xz(try XzCompressor(xzOptions, sink: sink)) }
        }
        if let contextKind, pending.count >= Self.contextByteCount {
            try attempt(.contexts) { sink in .contexts(ContextEncoder(contextKind) { sink(Array($0)) }) }
        }
        try keepPending(best)
    }

    private func keepPending(_ bytes: [UInt8]) throws {
        if !bytes.isEmpty { try keep(bytes) }
        pending = []
        pendingHints = []
    }

    /// What a coder made of a whole stream.
    private final class Collected {
        var bytes: [UInt8] = []
    }

    private func keep(_ bytes: [UInt8]) throws {
        storedByteCount += UInt64(bytes.count)
        try store.append(bytes)
    }

    func forEachStoredPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws { try store.forEachPart(body) }
}
