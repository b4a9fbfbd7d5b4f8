/// Which of the two images.
public enum Side: Hashable, Sendable, CaseIterable {
    case old, new
}

/// What something costs to ship.
public struct Cost: Hashable, Sendable {
    /// Bytes in the delta package.
    public let bytes: UInt64
    /// False while the number is an estimate.
    public let isExact: Bool

    /// A cost of that many bytes.
    public init(bytes: UInt64, isExact: Bool) {
        self.bytes = bytes
        self.isExact = isExact
    }
}

/// How far reading an image has come.
public struct LoadProgress: Hashable, Sendable {
    /// What is going on: `reading`, `indexing layer 3`.
    public let phase: String
    /// Bytes done.
    public let done: UInt64
    /// Bytes in all; nil while unknown.
    public let total: UInt64?

    /// Progress of that much.
    public init(phase: String, done: UInt64, total: UInt64?) {
        self.phase = phase
        self.done = done
        self.total = total
    }
}

/// Which trees are compared.
public enum Scope: Hashable, Sendable {
    /// The whole images, all layers merged.
    case squashed
    /// The layers of one row of the alignment.
    case pair(Int)
}

/// The figures a decision is made on; nil while unknown.
public struct Totals: Hashable, Sendable {
    /// Size of the new archive: what is sent without any tool.
    public var archive: Cost?
    /// Compressed size of the layers that the old image lacks: what a registry sends.
    public var pull: Cost?
    /// Size of the delta package.
    public var delta: Cost?

    /// Totals of those figures.
    public init(archive: Cost? = nil, pull: Cost? = nil, delta: Cost? = nil) {
        self.archive = archive
        self.pull = pull
        self.delta = delta
    }
}

/// How much time an export may spend on a smaller package.
public enum ExportLevel: String, Hashable, Sendable, CaseIterable {
    case fast
    case standard = "default"
    case best
}

/// What to export and where to.
public struct ExportRequest: Hashable, Sendable {
    /// The package's file name.
    public var path: String
    /// How hard to try.
    public var level: ExportLevel
    /// Whether an existing file may be replaced.
    public var overwrites: Bool

    /// A request to write that file.
    public init(path: String, level: ExportLevel, overwrites: Bool) {
        self.path = path
        self.level = level
        self.overwrites = overwrites
    }
}

/// How far an export has come.
public struct ExportProgress: Hashable, Sendable {
    /// What is going on: `layer 3`.
    public let phase: String
    /// Bytes of the new image done.
    public let done: UInt64
    /// Bytes of the new image in all; 0 while unknown.
    public let total: UInt64
    /// Time since it began.
    public let elapsed: Duration

    /// Progress of that much.
    public init(phase: String, done: UInt64, total: UInt64, elapsed: Duration) {
        self.phase = phase
        self.done = done
        self.total = total
        self.elapsed = elapsed
    }
}

/// What an export made.
public struct ExportResult: Hashable, Sendable {
    /// The package's file name.
    public let path: String
    /// The package's size.
    public let byteCount: UInt64
    /// How long it took.
    public let elapsed: Duration
    /// The command that rebuilds the new image.
    public let applyCommand: String

    /// A finished export.
    public init(path: String, byteCount: UInt64, elapsed: Duration, applyCommand: String) {
        self.path = path
        self.byteCount = byteCount
        self.elapsed = elapsed
        self.applyCommand = applyCommand
    }
}

/// What the explorer is told when it starts.
public struct Options: Hashable, Sendable {
    /// The old image's source as the user gave it.
    public var oldSource: String
    /// The new image's source as the user gave it.
    public var newSource: String
    /// The file name that the export dialog proposes.
    public var exportPath: String

    /// Options for two sources.
    public init(oldSource: String, newSource: String, exportPath: String = "update.silt") {
        self.oldSource = oldSource
        self.newSource = newSource
        self.exportPath = exportPath
    }
}
