public import ContentDiff

/// Why a file costs what it costs.
public struct FileExplanation: Sendable {
    /// What its places cost, before all files of a layer are compressed together; nil if that is not known.
    public let costs: PlaceCosts?
    /// What belongs together in both contents as they are stored, in the order of the new one; empty if that is not known.
    public let copies: [ByteDiff.Copy]
    /// Why it is not known, or what else is to be known of it; empty if nothing is.
    public let remark: String

    /// What its places cost.
    public init(_ costs: PlaceCosts?, copies: [ByteDiff.Copy] = [], remark: String = "") {
        self.costs = costs
        self.copies = copies
        self.remark = remark
    }
}
