import Compression

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

    private let options: ZstdOptions?
    private let xzOptions: XzOptions?
    private let store: any StreamStore
    private var pending: [UInt8] = []
    private var coder: Coder?
    /// How many bytes were written before compression.
    private(set) var byteCount: UInt64 = 0
    /// How many bytes they became.
    private(set) var storedByteCount: UInt64 = 0
    private(set) var codec = RecipeFormat.Codec.raw

    private enum Coder {
        case zstd(ZstdCompressor)
        case xz(XzCompressor)
    }

    /// Starts a stream; without options it is stored as it is.
    init(_ options: ZstdOptions?, xz: XzOptions?, store: any StreamStore) {
        self.options = options
        xzOptions = xz
        self.store = store
    }

    func write(_ bytes: ArraySlice<UInt8>) throws {
        byteCount += UInt64(bytes.count)
        if coder == nil {
            pending += bytes
            guard pending.count > Self.wholeLimit, options != nil else { return }
            try startCoder()
            try code(pending[...])
            pending = []
        } else {
            try code(bytes)
        }
    }

    func write(_ bytes: [UInt8]) throws { try write(bytes[...]) }

    /// Long streams go to xz where it may be used: on differences and code it wins.
    private func startCoder() throws {
        if let xzOptions {
            coder = .xz(try XzCompressor(xzOptions) { [self] in try keep($0) })
            codec = .xz
        } else {
            guard let options else { return }
            coder = .zstd(try ZstdCompressor(options) { [self] in try keep($0) })
            codec = .zstd
        }
    }

    private func code(_ bytes: ArraySlice<UInt8>) throws {
        switch coder {
        case .zstd(let compressor): try compressor.write(bytes)
        case .xz(let compressor): try compressor.write(bytes)
        case nil: break
        }
    }

    /// Ends the stream.
    func finish() throws {
        switch coder {
        case .zstd(let compressor): try compressor.finish()
        case .xz(let compressor): try compressor.finish()
        case nil: try finishWhole()
        }
        coder = nil
    }

    private func finishWhole() throws {
        var best = pending
        if let options {
            let byZstd = try Zstd.compress(pending, options)
            if byZstd.count < best.count {
                best = byZstd
                codec = .zstd
            }
        }
        if let xzOptions {
            let byXz = try Xz.compress(pending, xzOptions)
            if byXz.count < best.count {
                best = byXz
                codec = .xz
            }
        }
        try keep(best)
        pending = []
    }

    private func keep(_ bytes: [UInt8]) throws {
        storedByteCount += UInt64(bytes.count)
        try store.append(bytes)
    }

    func forEachStoredPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws { try store.forEachPart(body) }
}
