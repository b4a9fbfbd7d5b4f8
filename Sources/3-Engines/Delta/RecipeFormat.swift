import Bytes
import Compression
import ContextMixing

/// What encoder and decoder of recipes share; docs/format/recipe.md is normative.
public enum RecipeFormat {
    /// The version that is written and read.
    public static let version = 1
    static let magic = Array("SLTR".utf8)

    /// How large a stream's decompression window may be, as a power of two: it bounds the receiver's memory.
    static func windowLog(of stream: StreamID) -> Int {
        switch stream {
        case .new: 25
        case .literal: 24
        case .difference: 23
        case .references, .contents, .shapes, .fields, .control, .copyCounts, .literalCounts, .gaps: 22
        }
    }

    /// The same bound for xz, whose dictionary is most of what it needs.
    static let xzMemoryLimit: UInt64 = 36 << 20

    /// A recipe's streams, in the order in which they are stored.
    enum StreamID: UInt8, CaseIterable {
        case references, contents, shapes, fields, control, difference, literal, new
        case copyCounts, literalCounts, gaps
    }

    /// How a stream is stored.
    enum Codec: UInt8 {
        case raw, zstd, xz, contexts
    }

    /// What the bytes of a stream that is coded by contexts are predicted from.
    static func contextKind(of stream: StreamID) -> ContextKind {
        switch stream {
        case .literal, .new: .literals
        case .difference: .changes
        case .gaps: .gaps
        case .references, .contents, .shapes, .fields, .control, .copyCounts, .literalCounts: .numbers
        }
    }

    /// Where an entry's content comes from.
    enum ContentCode: UInt64 {
        case predicted, empty, reference, patch, predictedPatch, unpackedPatch, new, layer, document
        case predictedUnpackedPatch, nestedPatch, predictedNestedPatch
    }

    /// Bits of an entry's shape; the count of its extensions stands above them.
    static let shapeHasPadding: UInt64 = 1
    static let shapeHasTail: UInt64 = 2
    static let shapeExtensionShift: UInt64 = 2
}

/// How much time to spend on a small delta.
public enum DeltaLevel: String, CaseIterable, Hashable, Sendable {
    case fast, `default`, best

    /// How old contents are searched.
    public var matchMethod: MatchMethod {
        switch self {
        case .fast: .hashed(depth: 3)
        case .default: .hashed(depth: 8)
        case .best: .sorted
        }
    }

    /// The xz options for one of a recipe's streams, or nil where zstd is tried alone.
    func xzOptions(for stream: RecipeFormat.StreamID) -> XzOptions? {
        switch (self, stream) {
        case (.fast, _), (_, .references), (_, .contents), (_, .shapes), (_, .fields): nil
        case (.default, .control), (.default, .copyCounts), (.default, .literalCounts), (.default, .gaps):
            // What repeats in numbers repeats soon; it takes a sixth of the memory.
            XzOptions(preset: 6, dictionaryByteCount: 1 << 20)
        case (.default, _): XzOptions(preset: 6)
        case (.best, _): XzOptions(preset: 8, isExtreme: true)
        }
    }

    /// Whether streams may be coded by contexts: some microseconds a byte, for the sender and for the receiver.
    public var codesByContexts: Bool { self == .best }

    /// The zstd options for one of a recipe's streams.
    func options(for stream: RecipeFormat.StreamID) -> ZstdOptions {
        let level =
            switch self {
            case .fast: 9
            case .default: 19
            case .best: 22
            }
        // Large windows need a search for long matches far back.
        let findsLongMatches = stream == .new || stream == .literal
        return ZstdOptions(
            level: level, windowLog: RecipeFormat.windowLog(of: stream), findsLongMatches: findsLongMatches)
    }
}

/// The old image as a recipe sees it: the entries of all its layers' tars, numbered through from the lowest.
public protocol ReferenceSource: Sendable {
    /// How many entries there are.
    var entryCount: Int { get }
    /// The raw blocks before an entry's content.
    func structure(of ordinal: Int) throws -> [UInt8]
    /// How many content bytes an entry stores.
    func contentByteCount(of ordinal: Int) -> UInt64
    /// Some of an entry's stored content; throws if it is not all there.
    func content(of ordinal: Int, at offset: UInt64, count: Int) throws -> [UInt8]
}
