/// A way of bringing a new image to a receiver, in the order in which they are told.
public enum RouteKind: String, Hashable, Sendable, CaseIterable {
    /// The whole archive, compressed.
    case archiveGzip = "archive-gzip"
    case archiveZstd = "archive-zstd"
    /// The layers that a registry sends.
    case pull
    /// What a registry would send if each layer held either what changed or what did not.
    case betterLayers = "better-layers"
    /// The files that a store of files lacks (zstd:chunked, eStargz, composefs).
    case fileStore = "file-store"
    /// The chunks that a store of chunks lacks (casync, desync).
    case chunkStore = "chunk-store"
    /// The blocks that the old image lacks (rsync, balena).
    case blockDelta = "block-delta"
    /// A package of this program, by its level.
    case fast = "delta-fast"
    case `default` = "delta-default"
    case best = "delta-best"
    /// A package of what is picked.
    case picked = "delta-picked"

    /// Its name in tables.
    public var title: String {
        switch self {
        case .archiveGzip: "archive, gzip -6"
        case .archiveZstd: "archive, zstd -19"
        case .pull: "registry pull"
        case .betterLayers: "pull, better layers"
        case .fileStore: "file store"
        case .chunkStore: "chunk store"
        case .blockDelta: "block delta"
        case .fast: "delta, fast"
        case .default: "delta, default"
        case .best: "delta, best"
        case .picked: "delta, what is picked"
        }
    }

    /// What its figure counts, in one sentence without a full stop.
    public var method: String {
        switch self {
        case .archiveGzip: "the whole archive as it was given, compressed as gzip at level 6 does"
        case .archiveZstd: "the whole archive as it was given, compressed as zstd at level 19 does"
        case .pull:
            "the layers that the old image lacks, compressed as they are or as gzip at level 6 does; those that it has in another compression, too, for engines that know layers by their blobs"
        case .betterLayers:
            "a pull, if each of its layers held nothing but the entries that differ from the old layer beside it"
        case .fileStore:
            "files whose content the old image has under no name, each compressed by itself, and the layers' tables of contents: zstd:chunked"
        case .chunkStore:
            "content-defined chunks of 16 to 256 KiB that no old layer has, each compressed by itself, and the layers' indexes: casync, desync"
        case .blockDelta:
            "librsync's delta of each new layer against all old ones, in blocks of 512 bytes, compressed: balena's engine"
        case .fast: "this program's package at the level fast"
        case .default: "this program's package at the level default"
        case .best: "this program's package at the level best"
        case .picked: "this program's package of what is picked, at the level default"
        }
    }

    /// What the receiver must run.
    public var runs: String {
        switch self {
        case .archiveGzip, .archiveZstd, .pull, .betterLayers: "stock engine"
        case .fileStore: "a snapshotter"
        case .chunkStore: "casync, desync"
        case .blockDelta: "rdiff, balena"
        case .fast, .default, .best, .picked: "silt"
        }
    }

    /// What the receiver must have kept.
    public var keeps: String {
        switch self {
        case .archiveGzip, .archiveZstd: "nothing"
        case .pull, .betterLayers: "old layers"
        case .fileStore: "old files"
        case .chunkStore: "old chunks"
        case .blockDelta, .fast, .default, .best, .picked: "old archive"
        }
    }

    /// Whether it is of this program.
    public var isOurs: Bool {
        switch self {
        case .fast, .default, .best, .picked: true
        default: false
        }
    }
}

/// What a receiver may need of a route.
public enum Need: String, Hashable, Sendable, CaseIterable {
    /// The image that arrives has the digests of the one that was built.
    case digests
    /// Signatures of the image that was built hold for the one that arrives.
    case signatures
    /// The engine stays as it is; a program beside it may be run.
    case stockEngine = "stock-engine"
    /// All that is sent is one file, which can be carried.
    case offline
    /// The receiver has little memory and a slow processor.
    case smallDevice = "small-device"
}

extension RouteKind {
    /// Why it does not meet a need; nil if it does.
    public func obstacle(to need: Need) -> String? {
        switch (self, need) {
        case (.fileStore, .digests): "the image must be converted, and then has other digests"
        case (.fileStore, .signatures): "the converted image must be signed again"
        case (.fileStore, .stockEngine): "the engine needs a snapshotter that knows the format"
        case (.picked, .digests): "it makes an image of its own"
        case (.picked, .signatures): "it makes an image of its own, which nobody signed"
        case (.pull, .offline), (.betterLayers, .offline): "a registry must be reached"
        case (.fileStore, .offline), (.chunkStore, .offline):
            "a store must be reached: it is asked for one piece after the other"
        case (.best, .smallDevice): "applying it takes some 2 microseconds for each new byte"
        default: nil
        }
    }

    /// Whether it meets a need.
    public func meets(_ need: Need) -> Bool { obstacle(to: need) == nil }

    /// What speaks against it even where it meets all needs.
    public var drawback: String {
        switch self {
        case .archiveGzip, .archiveZstd: "all of the image is sent, whatever changed"
        case .pull: "a layer in which one file changed is sent whole"
        case .betterLayers: "the image must be built in another way first"
        case .fileStore:
            "a file of which one byte changed is sent whole, and the image must be published in that format"
        case .chunkStore: "a store of chunks must be served, and each chunk is asked for by itself"
        case .blockDelta:
            "the receiver keeps the old image as it was, and a block of which one byte moved is sent"
        case .fast, .default:
            "the receiver runs this program and keeps the old image; each old version needs a delta of its own"
        case .best:
            "the receiver runs this program and keeps the old image; making and applying take longer than at other levels"
        case .picked: "what arrives is not the new image but one of the picked changes"
        }
    }
}

/// A way of bringing a new image to a receiver, and what it takes.
public struct Route: Hashable, Sendable {
    /// Which way.
    public let kind: RouteKind
    /// What is sent.
    public let figure: Figure
    /// Seconds of making it and of applying it, where they were measured.
    public var makingSeconds: Double?
    public var applyingSeconds: Double?

    /// A route of those figures.
    public init(
        _ kind: RouteKind, _ figure: Figure, makingSeconds: Double? = nil, applyingSeconds: Double? = nil
    ) {
        self.kind = kind
        self.figure = figure
        self.makingSeconds = makingSeconds
        self.applyingSeconds = applyingSeconds
    }
}
