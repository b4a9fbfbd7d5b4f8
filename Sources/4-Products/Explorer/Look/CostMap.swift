import Bytes
import ContentDiff

/// What the places of a file cost, put in order for the screen.
struct CostMap: Sendable {
    /// Where something costs, in the order of the file: in a text its lines.
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
    /// The lines of a text; nil for what is none.
    let lines: [Range<Int>]?
    private let costs: PlaceCosts
    private(set) var columns: [Double] = []

    /// Puts costs in order.
    ///
    /// - Parameters:
    ///   - costs: What places cost.
    ///   - sections: The named parts of the content, if it has any.
    ///   - lines: The lines of a text without their ends; nil for what is none.
    ///   - byteCount: The size of the new content.
    init(
        _ costs: PlaceCosts, sections: [PlaceCosts.Section], lines: [Range<Int>]? = nil, byteCount: Int
    ) {
        self.costs = costs
        self.byteCount = byteCount
        self.lines = lines
        hasSections = !sections.isEmpty
        let all =
            lines.map { costs.sums(of: Self.sections(of: $0, byteCount)) } ?? costs.blocks(in: sections)
        let blocks = all.filter { $0.cost > 0 }
        self.blocks = blocks
        ranked = blocks.indices.sorted { (-blocks[$0].cost, $0) < (-blocks[$1].cost, $1) }
        sums = costs.sums(of: sections).sorted {
            (-$0.cost, $0.range.lowerBound) < (-$1.cost, $1.range.lowerBound)
        }
        cost = costs.cost
        newCost = costs.newCost
    }

    /// Lines with their ends; their numbers tell them apart, so that they need no names.
    private static func sections(of lines: [Range<Int>], _ byteCount: Int) -> [PlaceCosts.Section] {
        lines.indices.map { index in
            let end = index + 1 < lines.count ? lines[index + 1].lowerBound : byteCount
            return PlaceCosts.Section(
                name: [], range: lines[index].lowerBound..<max(lines[index].lowerBound, end))
        }
    }

    /// The line of a text that holds an offset; nil for what is no text.
    func line(at offset: Int) -> Int? {
        guard let lines, !lines.isEmpty else { return nil }
        return max(0, lines.partitioningIndex { $0.lowerBound > offset } - 1)
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
