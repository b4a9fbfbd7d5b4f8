import Bytes
import FileTree
import Summary

/// The files of a list by the packages that they belong to; those of none are at the end.
struct PackageGroups: Sendable {
    /// What a package is known by: what it is called in the new image, or in the old one if it is gone.
    struct Key: Hashable, Sendable {
        let kind: Package.Kind
        let name: String
        let place: String

        init(_ package: Package) {
            (kind, name, place) = (package.kind, package.name, package.place)
        }
    }

    /// A package, as it is in both images, and its files that are listed.
    struct Group: Sendable {
        /// Nil for the files of no package.
        let key: Key?
        /// Its versions; empty where an image lacks it.
        var old: [String] = []
        var new: [String] = []
        /// Where its files are among those of all groups.
        var range = 0..<0
        var figures = CostTable.Figures()
        var oldByteCount: UInt64 = 0
        var newByteCount: UInt64 = 0
        var counts = ChangeCounts()

        fileprivate mutating func add(_ version: String, isOld: Bool) {
            if isOld {
                if !old.contains(version) { old.append(version) }
            } else if !new.contains(version) {
                new.append(version)
            }
        }

        /// What it is sorted by, the largest first; names come in their order all the same.
        fileprivate func sortKey(_ order: SortOrder) -> UInt64 {
            switch order {
            case .cost: figures.sortKey
            case .size: max(oldByteCount, newByteCount)
            case .change: UInt64(max(0, counts.changed))
            case .name: 0
            }
        }
    }

    let groups: [Group]
    /// The files of all groups, one group after the other.
    let nodes: [Int32]

    /// Puts files under their packages.
    ///
    /// - Parameters:
    ///   - list: The files, in the order in which they are listed.
    ///   - tree: Their tree.
    ///   - packages: What belongs to which package.
    ///   - costs: What they cost.
    ///   - arrangement: In which order packages are listed.
    init(
        _ list: [Int32], of tree: DiffTree, _ packages: PackageNames, _ costs: CostTable,
        _ arrangement: Arrangement
    ) {
        let packages = PairedPackages(old: packages.old, new: packages.new)
        var groups = [Group(key: nil)]
        var places: [Key: Int] = [:]
        // Of several versions of one thing in one place, one line tells.
        let groupOfPackage = (0..<packages.count).map { index -> Int in
            let (old, new) = (packages.old(at: index), packages.new(at: index))
            guard let package = new ?? old else { return 0 }
            let key = Key(package)
            let place = places[key] ?? groups.count
            if place == groups.count {
                places[key] = place
                groups.append(Group(key: key))
            }
            old.map { groups[place].add($0.version, isOld: true) }
            new.map { groups[place].add($0.version, isOld: false) }
            return place
        }
        var files = Array(repeating: [Int32](), count: groups.count)
        for index in list {
            let node = tree.nodes[Int(index)]
            let owner = packages.owner(of: node).map { groupOfPackage[$0] } ?? 0
            files[owner].append(index)
            groups[owner].figures.add(costs.ownFigures(of: Int(index), in: tree))
            groups[owner].oldByteCount.addClamped(node.oldByteCount)
            groups[owner].newByteCount.addClamped(node.newByteCount)
            groups[owner].counts += ChangeCounts(node.change, isMovedAway: node.isMovedAway)
        }
        let order = arrangement.order
        var listed = groups.indices.dropFirst().filter { !files[$0].isEmpty }
        listed.sort { left, right in
            let keys = (groups[left].sortKey(order), groups[right].sortKey(order))
            if keys.0 != keys.1 { return keys.0 > keys.1 }
            let (one, other) = (groups[left].key, groups[right].key)
            let names = [one, other].map { [$0?.name ?? "", $0?.kind.rawValue ?? "", $0?.place ?? ""] }
            return names[0].lexicographicallyPrecedes(names[1])
        }
        if arrangement.isReversed { listed.reverse() }
        if !files[0].isEmpty { listed.append(0) }
        var nodes: [Int32] = []
        self.groups = listed.map { place in
            var group = groups[place]
            group.range = nodes.count..<nodes.count + files[place].count
            nodes += files[place]
            return group
        }
        self.nodes = nodes
    }

    /// The files of a group.
    func files(of group: Int) -> ArraySlice<Int32> {
        groups.indices.contains(group) ? nodes[groups[group].range] : []
    }
}

/// Lines of a list in parts, each under a line of its own: which part is where, and which of them are open.
struct ListParts: Sendable {
    /// Where each part's nodes are in the list.
    private let ranges: [Range<Int>]
    private(set) var isOpen: [Bool]
    /// On which line each part begins; one more for the end.
    private var starts: [Int] = []

    init(_ ranges: [Range<Int>], isOpen: [Bool]) {
        self.ranges = ranges
        self.isOpen = isOpen
        count()
    }

    private mutating func count() {
        starts = [0]
        starts.reserveCapacity(ranges.count + 1)
        var line = 0
        for (part, range) in ranges.enumerated() {
            line += 1 + (isOpen[part] ? range.count : 0)
            starts.append(line)
        }
    }

    var lineCount: Int { starts.last ?? 0 }

    mutating func open(_ part: Int, _ opens: Bool) {
        isOpen[part] = opens
        count()
    }

    mutating func openAll(_ opens: Bool) {
        isOpen = isOpen.map { _ in opens }
        count()
    }

    /// The part that a line belongs to, and the place of its node in the list; no place for the line over the part.
    func place(ofLine line: Int) -> (part: Int, place: Int?)? {
        guard line >= 0, line < lineCount else { return nil }
        let part = Self.last(starts, notAbove: line)
        let rest = line - starts[part]
        return (part, rest == 0 ? nil : ranges[part].lowerBound + rest - 1)
    }

    /// The part of a node by its place in the list.
    func part(of place: Int) -> Int { Self.last(ranges.map(\.lowerBound), notAbove: place) }

    /// The line of a node by its place in the list: that over its part, if the part is shut.
    func line(of place: Int) -> Int {
        let part = part(of: place)
        return starts[part] + (isOpen[part] ? 1 + place - ranges[part].lowerBound : 0)
    }

    /// The line over a part.
    func line(over part: Int) -> Int { starts[part] }

    /// The first node of a part.
    func first(of part: Int) -> Int { ranges[part].lowerBound }

    private static func last(_ starts: [Int], notAbove value: Int) -> Int {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = low + (high - low) / 2
            if starts[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}
