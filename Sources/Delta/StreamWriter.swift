import Compression

/// Takes the stored bytes of a stream; they are read back once the recipe is complete.
public protocol StreamStore {
    /// Adds bytes at the end.
    func append(_ bytes: [UInt8]) throws
    /// Gives all bytes out again, in order.
    func forEachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws
}

/// Compresses one stream of a recipe: short ones whole, so that the frame fits them, long ones as they come.
final class StreamWriter {
    private static let wholeLimit = 1 << 20

    private let options: ZstdOptions
    private let store: any StreamStore
    private var pending: [UInt8] = []
    private var compressor: ZstdCompressor?
    /// How many bytes were written before compression.
    private(set) var byteCount: UInt64 = 0
    /// How many bytes they became.
    private(set) var storedByteCount: UInt64 = 0
    private(set) var codec = RecipeFormat.Codec.raw

    init(_ options: ZstdOptions, store: any StreamStore) {
        self.options = options
        self.store = store
    }

    func write(_ bytes: ArraySlice<UInt8>) throws {
        byteCount += UInt64(bytes.count)
        if let compressor { return try compressor.write(bytes) }
        pending += bytes
        guard pending.count > Self.wholeLimit else { return }
        let compressor = try ZstdCompressor(options) { [self] in try keep($0) }
        self.compressor = compressor
        codec = .zstd
        try compressor.write(pending[...])
        pending = []
    }

    func write(_ bytes: [UInt8]) throws { try write(bytes[...]) }

    /// Ends the stream.
    func finish() throws {
        if let compressor {
            try compressor.finish()
            self.compressor = nil
            return
        }
        let compressed = try Zstd.compress(pending, options)
        if compressed.count < pending.count {
            codec = .zstd
            try keep(compressed)
        } else {
            try keep(pending)
        }
        pending = []
    }

    private func keep(_ bytes: [UInt8]) throws {
        storedByteCount += UInt64(bytes.count)
        try store.append(bytes)
    }

    func forEachStoredPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws { try store.forEachPart(body) }
}
