public import ContentDiff

/// Why a file costs what it costs.
public struct FileExplanation: Sendable {
    /// What its places cost, before all files of a layer are compressed together; nil if that is not known.
    public let costs: PlaceCosts?
    /// Why it is not known, or what else is to be known of it; empty if nothing is.
    public let remark: String

    /// What its places cost.
    public init(_ costs: PlaceCosts?, remark: String = "") {
        self.costs = costs
        self.remark = remark
    }
}
