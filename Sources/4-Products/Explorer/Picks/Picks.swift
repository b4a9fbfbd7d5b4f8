import Canvas
import FileTree
import OCI

/// What is picked of the changes between both images, and what was picked before.
///
/// A pick is a change in the tree of the merged layers, whatever tree is on screen and whatever of it is shown.
struct Picks: Sendable {
    /// What can be picked; found out once.
    let ground: PickGround
    /// What is picked, with what it needs.
    private(set) var made: PickSet
    /// Units of the configuration whose new values are taken.
    private(set) var keys: Set<String> = []
    /// New layers, by index, that were picked as a whole.
    private(set) var layers: Set<Int> = []
    /// Grows with every change.
    private(set) var revision = 0
    /// The revision that was written to a file or exported.
    private(set) var keptRevision = 0
    /// How many changes are picked; both places of a move are one.
    private(set) var count = 0
    /// How many more are made because these need them.
    private(set) var requiredCount = 0
    /// By row of the pane of layers, how many of its changes are made.
    private(set) var countsOfRows: [Int]
    /// What became of nodes with the last change; nil once that was taken over.
    private(set) var news: [PickSet.Transition]?
    private var undoable: [Step] = []
    private var redoable: [Step] = []

    /// Something that was picked or left out; doing it again undoes it.
    private struct Step {
        var nodes = NodeSet()
        var keys: Set<String> = []
        var layers: Set<Int> = []

        var byteCount: Int { 64 + nodes.byteCount + 64 * keys.count }
        var isEmpty: Bool { nodes.isEmpty && keys.isEmpty && layers.isEmpty }
    }

    /// Older steps are forgotten once all of them together hold more bytes.
    private static let memory = 4 << 20

    /// Nothing is picked yet.
    init(_ ground: PickGround) {
        self.ground = ground
        made = PickSet(ground.needs, picking: [])
        countsOfRows = Array(repeating: 0, count: ground.countsOfRows.count)
    }

    /// Whether nothing is picked.
    var isEmpty: Bool { made.isEmpty && keys.isEmpty && layers.isEmpty }

    /// Whether all that differs is picked: then it is the new image that is made.
    var isEverything: Bool { made.count == ground.changeCount && keys.count == ground.keys.count }

    /// Whether picks would be lost if nobody kept them.
    var areUnsaved: Bool { !isEmpty && revision != keptRevision }

    var canUndo: Bool { !undoable.isEmpty }
    var canRedo: Bool { !redoable.isEmpty }

    /// How many nodes the last change was of, and the one that was taken back last.
    var undoCount: Int { undoable.last?.nodes.count ?? 0 }
    var redoCount: Int { redoable.last?.nodes.count ?? 0 }

    /// What is picked, for who makes something of it.
    var selection: PickSelection {
        let nodes = made.picked
        let ofLayers = layers.reduce(0) { sum, layer in
            sum + (ground.rowOfLayer[layer].map { ground.countsOfRows[$0] } ?? 0)
        }
        return PickSelection(
            nodes: nodes, layers: ofLayers == nodes.count ? Set(layers.map { $0 + 1 }) : [],
            configKeys: keys.count == ground.keys.count && !keys.isEmpty
                ? ["*"] : ground.keys.filter(keys.contains))
    }

    /// `3 changes and 2 keys of the configuration`.
    var words: String {
        [
            count > 0 ? Format.count(count, "change") : nil,
            keys.isEmpty ? nil : "\(Format.count(keys.count, "key")) of the configuration",
        ].compactMap(\.self).joined(separator: " and ")
    }

    /// `+ 3 that come along`.
    var requiredWords: String {
        "+ \(Format.grouped(requiredCount)) that \(requiredCount == 1 ? "comes" : "come") along"
    }

    /// Why a node is made that nobody picked: what it is to what needs it.
    func reason(of place: Int, _ glyphs: Glyphs) -> String? {
        guard let reason = made.required[place] else { return nil }
        let path = "/" + Format.name(ground.tree.path(of: reason.needing).bytes, glyphs)
        return switch reason {
        case .directory: "holds \(path)"
        case .hardLink: "is the same file as \(path)"
        case .move: ground.tree.nodes[place].isInNew ? "is what \(path) became" : "is now \(path)"
        case .inside: "goes with \(path)"
        }
    }

    /// What came along with the last change; nil if nothing did.
    ///
    /// - Parameters:
    ///   - count: How many more changes come along than before.
    ///   - glyphs: What paths are put on screen with.
    /// - Returns: Words.
    func wordsOfRequired(_ count: Int, _ glyphs: Glyphs) -> String? {
        let nodes = (news ?? []).lazy.filter { $0.before == .left && made.state(of: $0.node) == .required }
        guard count > 0, let first = nodes.map(\.node).min(), let reason = reason(of: first, glyphs) else {
            return nil
        }
        let path = "/" + Format.name(ground.tree.path(of: first).bytes, glyphs)
        return "\(path) comes along: it \(reason)"
            + (count > 1 ? ", and \(Format.count(count - 1, "more change"))" : "")
    }

    // MARK: - Picking

    /// Picks changes; leaves them out again if all of them are picked.
    mutating func toggle(_ nodes: [Int]) {
        let nodes = ground.needs.withPeers(nodes)
        let pickedCount = nodes.count(where: made.isPicked)
        perform(
            pickedCount == 0 || pickedCount == nodes.count ? nodes : nodes.filter { !made.isPicked($0) })
    }

    /// Picks changes.
    mutating func pick(_ nodes: [Int]) {
        perform(ground.needs.withPeers(nodes).filter { !made.isPicked($0) })
    }

    /// Picks units of the configuration; leaves them out again if all of them are picked.
    mutating func toggle(keys units: [String]) {
        let isPicked = units.allSatisfy(keys.contains)
        perform([], Step(keys: Set(units.filter { keys.contains($0) == isPicked })))
    }

    /// Picks all that a row of the pane of layers changes; leaves it out again if all of it is picked.
    mutating func toggle(row: Int, layer: Int?) {
        let nodes = ground.nodes(ofRow: row)
        let isPicked =
            layer.map(layers.contains) ?? false || !nodes.isEmpty && nodes.allSatisfy(made.isPicked)
        var step = Step()
        if let layer, layers.contains(layer) == isPicked { step.layers = [layer] }
        perform(nodes.filter { made.isPicked($0) == isPicked }, step)
    }

    /// Makes just these the picks.
    mutating func replace(by nodes: [Int], layers wanted: Set<Int>, keys units: Set<String>) {
        var isWanted = Array(repeating: false, count: ground.tree.nodes.count)
        for node in ground.needs.withPeers(nodes) { isWanted[node] = true }
        perform(
            isWanted.indices.filter { isWanted[$0] != made.isPicked($0) },
            Step(keys: keys.symmetricDifference(units), layers: layers.symmetricDifference(wanted)))
    }

    mutating func undo() {
        guard let step = undoable.popLast() else { return }
        redoable.append(step)
        apply(step, step.nodes.all)
    }

    mutating func redo() {
        guard let step = redoable.popLast() else { return }
        undoable.append(step)
        apply(step, step.nodes.all)
    }

    /// Notes that the picks are in a file now.
    mutating func keep(_ revision: Int) { keptRevision = revision }

    /// Picks nodes that were not and leaves out others.
    private mutating func perform(_ nodes: [Int], _ step: Step = Step()) {
        var step = step
        // A layer of which something is left out is not picked as a whole any more.
        if !layers.isEmpty {
            let left = nodes.filter(made.isPicked).compactMap(ground.layer)
            let broken = Set(left).intersection(layers).subtracting(step.layers)
            step.layers.formUnion(broken)
        }
        step.nodes = NodeSet(nodes, of: ground.tree.nodes.count)
        guard !step.isEmpty else { return }
        redoable = []
        undoable.append(step)
        var size = undoable.reduce(0) { $0 + $1.byteCount }
        while size > Self.memory, undoable.count > 1 { size -= undoable.removeFirst().byteCount }
        apply(step, nodes)
    }

    private mutating func apply(_ step: Step, _ nodes: [Int]) {
        revision += 1
        keys.formSymmetricDifference(step.keys)
        layers.formSymmetricDifference(step.layers)
        let news = nodes.isEmpty ? [] : made.toggle(nodes, ground.needs)
        self.news = news
        for change in news {
            let isMade = change.after != .left
            if ground.isCounted(change.node) {
                count += (change.after == .picked ? 1 : 0) - (change.before == .picked ? 1 : 0)
                requiredCount += (change.after == .required ? 1 : 0) - (change.before == .required ? 1 : 0)
            }
            guard isMade != (change.before != .left), let row = ground.row(of: change.node) else { continue }
            countsOfRows[row] += isMade ? 1 : -1
        }
    }

    /// Forgets what became of nodes, once it is taken over.
    mutating func forgetNews() { news = nil }
}

/// Some nodes of a tree: of a few, their places, of many, one bit for each that there is.
private struct NodeSet {
    private var few: [Int32] = []
    private var bits: [UInt64] = []

    init() {}

    init(_ nodes: [Int], of count: Int) {
        guard nodes.count > count / Int32.bitWidth else {
            few = nodes.map { Int32(clamping: $0) }
            return
        }
        bits = Array(repeating: 0, count: count / UInt64.bitWidth + 1)
        for node in nodes { bits[node / UInt64.bitWidth] |= 1 << UInt64(node % UInt64.bitWidth) }
    }

    var isEmpty: Bool { few.isEmpty && bits.isEmpty }
    var count: Int { few.count + bits.reduce(0) { $0 + $1.nonzeroBitCount } }
    var byteCount: Int { few.count * MemoryLayout<Int32>.stride + bits.count * MemoryLayout<UInt64>.stride }

    var all: [Int] {
        guard few.isEmpty else { return few.map(Int.init) }
        var all: [Int] = []
        for (place, word) in bits.enumerated() {
            var rest = word
            while rest != 0 {
                all.append(place * UInt64.bitWidth + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return all
    }
}

/// What can be picked: all that differs between two images.
struct PickGround: Sendable {
    /// What changes need.
    let needs: PickNeeds
    /// Units of the configuration that differ; one name for all where nothing can be taken by itself.
    let keys: [String]
    /// How many changes there are; both places of a move are one.
    let changeCount: Int
    /// By row of the pane of layers, how many nodes it changes.
    let countsOfRows: [Int]
    /// By index of a new layer, its row.
    let rowOfLayer: [Int: Int]
    private let layerOfRow: [Int?]
    /// For each node, the row that changes it; -1 for none.
    private let rowOfNode: [Int32]
    /// The nodes that changed, in the order of their paths.
    let inOrder: [Int32]

    /// The tree of the merged layers, in which nothing is ignored.
    var tree: DiffTree { needs.tree }

    /// Looks at a pair of images.
    ///
    /// - Parameters:
    ///   - tree: The tree of their merged layers.
    ///   - pairs: Their layers.
    ///   - keys: Units of the configuration that differ.
    init(_ tree: DiffTree, pairs: [LayerPair], keys: [String]) {
        needs = PickNeeds(tree)
        self.keys = keys
        let layers = LayerOfChange(tree, partners: pairs.partners)
        var rowOfLayer: [Int: Int] = [:]
        var rowOfOld: [Int: Int] = [:]
        for (row, pair) in pairs.enumerated() {
            if let new = pair.new { rowOfLayer[new] = row }
            if let old = pair.old { rowOfOld[old] = row }
        }
        var counts = Array(repeating: 0, count: pairs.count)
        var rowOfNode = Array(repeating: Int32(-1), count: tree.nodes.count)
        var changedNodeCount = 0
        for (index, node) in tree.nodes.enumerated() where node.change != .unchanged {
            changedNodeCount += 1
            // What no new layer removes went with the old layer that brought it.
            let row =
                layers.number(of: index).flatMap { rowOfLayer[$0 - 1] }
                ?? node.old.flatMap { rowOfOld[$0.layer] }
            guard let row else { continue }
            rowOfNode[index] = Int32(clamping: row)
            counts[row] += 1
        }
        self.rowOfLayer = rowOfLayer
        self.rowOfNode = rowOfNode
        changeCount = changedNodeCount - tree.counts.movedAway
        countsOfRows = counts
        layerOfRow = pairs.map(\.new)
        var inOrder: [Int32] = []
        inOrder.reserveCapacity(changedNodeCount)
        var pending = [Int32(0)]
        while let next = pending.popLast() {
            let node = tree.nodes[Int(next)]
            if node.change != .unchanged { inOrder.append(next) }
            for child in node.children.reversed() { pending.append(Int32(truncatingIfNeeded: child)) }
        }
        self.inOrder = inOrder
    }

    /// The row of the pane of layers that changes a node.
    func row(of node: Int) -> Int? { rowOfNode[node] < 0 ? nil : Int(rowOfNode[node]) }

    /// The index of the new layer that changes a node.
    func layer(of node: Int) -> Int? { row(of: node).flatMap { layerOfRow[$0] } }

    /// The nodes that a row changes.
    func nodes(ofRow row: Int) -> [Int] { rowOfNode.indices.filter { rowOfNode[$0] == Int32(row) } }

    /// Whether a changed node counts: the place that something moved away from does not.
    func isCounted(_ node: Int) -> Bool { !needs.isMovedAway(node) }

    /// All that changed at and under a node.
    func changes(under node: Int) -> [Int] {
        // In order of their paths they stand side by side, behind what changed before them.
        var start = 0
        var place = node
        while place != 0 {
            let parent = tree.nodes[place].parent
            if needs.isChanged(parent) { start += 1 }
            for sibling in tree.nodes[parent].children.lowerBound..<place {
                start += tree.nodes[sibling].counts.changed
            }
            place = parent
        }
        let end = start + tree.nodes[node].counts.changed
        return inOrder[start..<min(end, inOrder.count)].map(Int.init)
    }
}
