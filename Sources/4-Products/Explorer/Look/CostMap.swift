import Bytes
import ContentDiff

/// What the places of a file cost, put in order for the screen.
struct CostMap: Sendable {
    /// Where something costs, in the order of the file.
    let blocks: [PlaceCosts.Block]
    /// Their indices, the costliest first.
    let ranked: [Int]
    /// What sections cost, the costliest first; those that cost nothing because predictions were right are among them.
    let sums: [PlaceCosts.Block]
    /// Whether the file says which sections it has.
    let hasSections: Bool
    /// All of it.
    let cost: Double
    /// What bytes cost that stand for themselves.
    let newCost: Double
    /// The size of the new content.
    let byteCount: Int
    private let costs: PlaceCosts
    private(set) var columns: [Double] = []

    init(_ costs: PlaceCosts, sections: [PlaceCosts.Section], byteCount: Int) {
        self.costs = costs
        self.byteCount = byteCount
        hasSections = !sections.isEmpty
        let all = costs.blocks(in: sections)
        let blocks = all.filter { $0.cost > 0 }
        self.blocks = blocks
        ranked = blocks.indices.sorted { (-blocks[$0].cost, $0) < (-blocks[$1].cost, $1) }
        sums = costs.sums(of: sections).sorted {
            (-$0.cost, $0.range.lowerBound) < (-$1.cost, $1.range.lowerBound)
        }
        cost = costs.cost
        newCost = costs.newCost
    }

    /// Makes the map that wide.
    mutating func fit(columns count: Int) {
        guard columns.count != count else { return }
        columns = costs.columns(count, of: byteCount)
    }

    /// The block at an offset of the new content, or the next one behind it.
    func block(at offset: Int) -> Int? {
        let index = blocks.partitioningIndex { $0.range.upperBound > offset }
        return index < blocks.count ? index : nil
    }
}
