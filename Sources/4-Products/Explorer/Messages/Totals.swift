public import Shipping

/// The figures a decision is made on; nil while unknown.
public struct Totals: Hashable, Sendable {
    /// Size of the new archive: what is sent without any tool.
    public var archive: Figure?
    /// Compressed size of the layers that the old image lacks: what a registry sends.
    public var pull: Figure?
    /// Size of the delta package. Nil until every layer has at least a guess: the sum of a part reads as if it
    /// were the whole.
    public var delta: Figure?
    /// About what the package takes at other levels than the one that costs are shown for.
    public var otherLevels: [ExportLevel: Figure] = [:]
    /// What the package holds besides what layers cost: configuration, manifest, index, how the archive is put together, how
    /// compressed layers that both images hold are compressed, and its own headers. With the costs of the layers it adds
    /// up to `delta`.
    public var documents: Figure?

    /// Totals of those figures.
    public init(archive: Figure? = nil, pull: Figure? = nil, delta: Figure? = nil, documents: Figure? = nil) {
        self.archive = archive
        self.pull = pull
        self.delta = delta
        self.documents = documents
    }
}
