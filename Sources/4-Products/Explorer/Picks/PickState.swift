import Bytes
import FileTree
import Shipping

/// What is picked, for the screen.
struct PickState: Sendable {
    /// The tree of the merged layers, in which nothing is ignored; nil until it is known.
    var tree: DiffTree?
    /// Units of the configuration that can be picked; `*` where it differs in nothing that can be taken by itself.
    var keys: [String] = []
    /// Nil until somebody picks, in a large tree until it is known what can be picked.
    var picks: Picks?
    /// The number of the work that finds that out; nil if none was begun.
    var preparation: Int?
    /// What comes of the picks as they are; nil until it is known.
    var plan: PickPlan?
    /// What their rows cost together.
    var sum = CostSum(revision: 0)
    /// How often costs came in.
    var costRevision = 0
    /// Whether the sum is to be taken anew by somebody who may take longer than a frame, and the number of who does.
    var wantsSum = false
    var summing: Int?
    /// Many picks as a list, if somebody looked at that; and the number of who makes it.
    var list: PickList?
    var listing: Int?
    /// What is to become of the picks, and has not yet: nil if all of it is done.
    var wanted: PickRequest?
    /// Sizes of packages that were made of these picks, by level.
    var sizes: [ExportLevel: UInt64] = [:]
    /// The file that a list was written to or read from last.
    var path: String?

    /// Whether figures came in since the sum was taken.
    var isSumStale: Bool { sum.revision != costRevision }
}

/// What is known of costs, for who adds up what picks cost.
struct PickCosts: Sendable {
    /// What entries cost.
    let entries: EntryCosts
    /// The same by nodes of the picks' tree, if that is known: of hundreds of thousands no ids have to be looked up then.
    let table: CostTable?
    /// How often costs had come in.
    let revision: Int
    /// Whether no more figures come.
    let isFinal: Bool

    /// Adds up what the rows of picks cost.
    func sum(of picks: Picks) -> CostSum {
        var sum = CostSum(revision: revision)
        let tree = picks.ground.tree
        picks.made.forEach { node, _ in
            if let cost = table.map({ $0.own(node) }) ?? tree.newID(of: node).flatMap({ entries[$0] }) {
                sum.add(cost.byteCount)
            } else if !isFinal, table?.isAwaited(node, in: tree) ?? CostTable.isExpected(tree, node) {
                sum.isComplete = false
            }
        }
        return sum
    }
}

/// What rows cost together.
struct CostSum: Sendable {
    private var sum: UInt64 = 0
    /// Whether all of them have a figure that will get one.
    var isComplete = true
    /// How often costs had come in when it was taken.
    let revision: Int

    init(revision: Int) { self.revision = revision }

    /// The sum; nil while some of it is not known.
    var byteCount: UInt64? { isComplete ? sum : nil }

    mutating func add(_ bytes: UInt64) { sum.addClamped(bytes) }
}
