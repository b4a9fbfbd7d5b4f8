public import FileTree
public import OCI
public import Summary
public import Shipping

/// What the explorer knows that a summary of the update is to tell.
public struct SummaryRequest: Hashable, Sendable {
    /// What differs between the configurations, but for what is ignored.
    public let configuration: ConfigDiff
    /// Costs of entries of the new image.
    public let costs: [EntryID: Figure]
    /// Costs of layers of the new image, by their index.
    public let layerCosts: [Int: Figure]
    /// The whole package, and its documents; without them no cost is told.
    public let totals: Totals

    /// A request that tells that.
    public init(
        configuration: ConfigDiff, costs: [EntryID: Figure], layerCosts: [Int: Figure], totals: Totals
    ) {
        self.configuration = configuration
        self.costs = costs
        self.layerCosts = layerCosts
        self.totals = totals
    }

    /// What the summary can tell of costs; nil as long as some layer has no figure.
    public var updateCosts: UpdateCosts? {
        guard let package = totals.delta, let documents = totals.documents else { return nil }
        return UpdateCosts(
            entries: costs, layers: layerCosts, documents: documents, package: package)
    }
}
