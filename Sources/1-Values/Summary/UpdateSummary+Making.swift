import Bytes
public import FileTree
public import OCI
import Shipping

extension UpdateSummary {
    /// Sums an update up.
    ///
    /// - Parameters:
    ///   - facts: What was read of both images.
    ///   - tree: Both images' files compared.
    ///   - configuration: Both configurations compared.
    ///   - costs: What is known of the costs; nil if nothing is.
    ///   - everything: The same files compared with nothing ignored; nil if that is the tree. What there is to look out for
    ///     does not depend on what is ignored.
    public init(
        _ facts: UpdateFacts, tree: DiffTree, configuration: ConfigDiff, costs: UpdateCosts?,
        everything: DiffTree? = nil
    ) {
        let shares = NodeShares(tree, costs)
        let packages = PackageShares(facts, tree, shares)
        self.packages = packages.changes
        unchangedPackageCount = packages.unchangedCount
        unpackaged = packages.rest
        hasAllPackages = facts.hasAllPackages
        unreadParts = facts.unreadParts
        self.configuration = configuration
        counts = tree.counts
        total = shares.sum(0)
        files = shares.heaviest(tree.nodes.indices, in: tree, limit: Self.fileLimit).map {
            FileShare(path: tree.path(of: $0), change: tree.nodes[$0].change, share: shares.own($0))
        }
        directories = shares.directories(in: tree, limit: Self.directoryLimit)
        changes = Self.changes(tree, shares)
        kinds = Self.kinds(tree, shares)
        layers = facts.pairs.enumerated().compactMap { index, pair in
            guard pair.change != .same, pair.change != .moved else { return nil }
            let layer =
                pair.new.map { facts.new.summary.layers[$0] } ?? pair.old.map { facts.old.summary.layers[$0] }
            var share = Share(hasCost: costs != nil)
            if let costs, let new = pair.new { share.cost = costs.layers[new] ?? .zero }
            if pair.new != nil { share.byteCount = layer?.byteCount ?? 0 }
            if pair.new == nil { share.removedByteCount = layer?.byteCount ?? 0 }
            return LayerShare(pair: pair, index: index, createdBy: layer?.createdBy ?? "", share: share)
        }
        let hidden = HiddenEntries(facts.new.listings)
        let hiddenBefore = HiddenEntries(facts.old.listings)
        oldUse = Use(Efficiency(facts.old.listings, hidden: hiddenBefore))
        newUse = Use(Efficiency(facts.new.listings, hidden: hidden))
        findings = FindingSearch(
            facts: facts, tree: everything ?? tree, hidden: hidden, hiddenBefore: hiddenBefore
        ).all()
        hasLookedAtAllFiles = facts.hasLookedAtAllFiles
        oldPackages = facts.oldPackages
        newPackages = facts.newPackages
        self.costs = costs
    }

    private static func changes(_ tree: DiffTree, _ shares: NodeShares) -> [ChangeShare] {
        let none = Share(hasCost: shares.hasCosts)
        var sums = Array(repeating: none, count: Change.allCases.count)
        for (index, node) in tree.nodes.enumerated() { sums[Int(node.change.rawValue)] += shares.own(index) }
        let counts = tree.counts
        return Change.allCases.filter { $0 != .unchanged && counts[$0] > 0 }.map {
            ChangeShare(change: $0, pathCount: counts[$0], share: sums[Int($0.rawValue)])
        }
    }
}

extension UpdateSummary {
    fileprivate static func kinds(_ tree: DiffTree, _ shares: NodeShares) -> [KindShare] {
        var sums: [ContentKind?: Share] = [:]
        for index in tree.nodes.indices {
            let share = shares.own(index)
            guard !share.isEmpty else { continue }
            sums[tree.contentKind(of: index), default: Share(hasCost: shares.hasCosts)] += share
        }
        return (ContentKind.allCases.map(Optional.init) + [nil]).compactMap { kind in
            sums[kind].map { KindShare(kind: kind, share: $0) }
        }
    }
}

extension UpdateSummary.Use {
    fileprivate init(_ efficiency: Efficiency) {
        self.init(score: efficiency.score, wastedByteCount: efficiency.wastedByteCount)
    }
}

/// How much of an update each path is. Nearly all of a large image is no part of it: only the rest has a place.
struct NodeShares {
    /// For each node its place in the lists of shares; -1 for nothing.
    private var places: [Int32]
    private var owns: [Share] = []
    private var totals: [Share] = []
    private let none: Share
    let hasCosts: Bool

    init(_ tree: DiffTree, _ costs: UpdateCosts?) {
        hasCosts = costs != nil
        none = Share(hasCost: hasCosts)
        places = Array(repeating: -1, count: tree.nodes.count)
        // What is in a directory stands behind it.
        for index in tree.nodes.indices.reversed() {
            let share = Self.own(tree, tree.nodes[index], costs)
            if share != none || index == 0 { owns[place(of: index)] = share }
            guard places[index] >= 0 else { continue }
            let here = Int(places[index])
            totals[here] += owns[here]
            guard index > 0 else { break }
            let parent = place(of: tree.nodes[index].parent)
            totals[parent] += totals[here]
        }
    }

    private mutating func place(of node: Int) -> Int {
        if places[node] < 0 {
            places[node] = Int32(clamping: owns.count)
            owns.append(none)
            totals.append(none)
        }
        return Int(places[node])
    }

    private static func own(_ tree: DiffTree, _ node: DiffTree.Node, _ costs: UpdateCosts?) -> Share {
        var share = Share(hasCost: costs != nil)
        if let costs, let id = node.new { share.cost = costs.entries[id] ?? .zero }
        switch node.change {
        case .unchanged, .metadata: return share
        // What moved is told where it is now.
        case .moved where !node.isInNew: return share
        case .added, .removed, .modified, .moved: break
        }
        // Where the new image has a directory, implied by what is in it, what the old one had there is not told.
        guard let entry = node.isInNew ? tree.newEntry(node) : tree.oldEntry(node), entry.kind != .directory
        else { return share }
        share.fileCount = 1
        if entry.kind == .file, node.isInNew { share.byteCount = entry.size }
        if entry.kind == .file, !node.isInNew { share.removedByteCount = entry.size }
        return share
    }

    /// The share of the path itself.
    func own(_ node: Int) -> Share { places[node] < 0 ? none : owns[Int(places[node])] }

    /// The share of the path and all that is in it.
    func sum(_ node: Int) -> Share { places[node] < 0 ? none : totals[Int(places[node])] }

    /// The nodes that are files of some weight, the heaviest first.
    func heaviest(_ nodes: some Sequence<Int>, in tree: DiffTree, limit: Int) -> [Int] {
        let files = nodes.filter { !own($0).isEmpty && !tree.nodes[$0].isDirectory }
        // Nodes are in the order of their paths, but for levels: with equal weights the first one stays first.
        return Array(
            files.sorted { own($0).precedes(own($1)) || (!own($1).precedes(own($0)) && $0 < $1) }.prefix(
                limit))
    }

    /// Directories that share all the weight among them.
    ///
    /// The heaviest one is opened, over and over: parts that have an eighth of it get rows of their own, and what is left
    /// stays with it.
    func directories(in tree: DiffTree, limit: Int) -> [UpdateSummary.DirectoryShare] {
        var rows: [(node: Int, share: Share, isOpen: Bool)] = [(0, sum(0), false)]
        while let place = rows.indices.filter({ !rows[$0].isOpen }).max(by: {
            rows[$1].share.precedes(rows[$0].share)
        }) {
            let row = rows[place]
            rows[place].isOpen = true
            let parts = tree.nodes[row.node].children.filter {
                tree.nodes[$0].isDirectory && !sum($0).isEmpty && sum($0).weight >= row.share.weight / 8
            }
            var rest = row.share
            for part in parts { rest -= sum(part) }
            guard !parts.isEmpty, rows.count + parts.count - (rest.isEmpty ? 1 : 0) <= limit else { continue }
            rows[place].share = rest
            rows += parts.map { ($0, sum($0), false) }
            if rest.isEmpty { rows.remove(at: place) }
        }
        return rows.filter { !$0.share.isEmpty }
            .sorted { $0.share.precedes($1.share) || (!$1.share.precedes($0.share) && $0.node < $1.node) }
            .map { UpdateSummary.DirectoryShare(path: tree.path(of: $0.node), share: $0.share) }
    }
}

/// What an update does to packages.
private struct PackageShares {
    private(set) var changes: [PackageChange] = []
    private(set) var unchangedCount = 0
    /// What belongs to no package.
    private(set) var rest: Share

    /// Paths kept of each package.
    private static let pathLimit = 100

    init(_ facts: UpdateFacts, _ tree: DiffTree, _ shares: NodeShares) {
        let packages = PairedPackages(old: facts.oldPackages, new: facts.newPackages)
        let none = Share(hasCost: shares.hasCosts)
        var sums = Array(repeating: none, count: packages.count)
        var nodes: [Int: [Int]] = [:]
        rest = none
        for (index, node) in tree.nodes.enumerated() where !shares.own(index).isEmpty {
            guard let place = packages.owner(of: node) else {
                rest += shares.own(index)
                continue
            }
            sums[place] += shares.own(index)
            nodes[place, default: []].append(index)
        }
        for (place, share) in sums.enumerated() {
            let (before, after) = (packages.old(at: place), packages.new(at: place))
            guard let package = after ?? before else { continue }
            let change: PackageChange.Change
            if before == nil {
                change = .added
            } else if after == nil {
                change = .removed
            } else if before?.version != package.version {
                change = .updated
            } else if share.fileCount > 0 {
                change = .altered
            } else {
                unchangedCount += 1
                continue
            }
            let paths = shares.heaviest(nodes[place] ?? [], in: tree, limit: Self.pathLimit)
            changes.append(
                PackageChange(
                    package: package, oldVersion: before?.version, newVersion: after?.version,
                    change: change, share: share, paths: paths.map { tree.path(of: $0) }))
        }
        // That a package's files are not those of its version is told last: compiling again is enough for that.
        changes.sort { left, right in
            if (left.change == .altered) != (right.change == .altered) { return right.change == .altered }
            if left.share.precedes(right.share) { return true }
            if right.share.precedes(left.share) { return false }
            return left.key < right.key
        }
    }
}

extension PackageChange {
    /// What no two packages have in common, in the order in which equal ones are told.
    fileprivate var key: (String, String, String, String) {
        (package.kind.rawValue, package.name, package.place, oldVersion ?? newVersion ?? "")
    }
}
