import FileTree

/// Files by package.
extension FileTable {
    /// The package whose line is under the cursor; nil if that is a file's.
    var currentGroup: PackageGroups.Group? { current.flatMap { group(of: $0) } }

    /// The package that a line is over.
    func group(of row: Row) -> PackageGroups.Group? {
        row.group.flatMap { place in
            groups.flatMap { $0.groups.indices.contains(place) ? $0.groups[place] : nil }
        }
    }

    /// The files under the line of a package.
    func files(of row: Row) -> [Int] {
        row.group.flatMap { groups?.files(of: $0) }.map { $0.map(Int.init) } ?? []
    }

    /// The changes of a package that cost most, the costliest first.
    func costliestChanges(inGroup group: Int, limit: Int) -> [Int] {
        let changes = (groups?.files(of: group) ?? []).lazy.map {
            (node: Int($0), cost: costKey(of: Int($0)))
        }
        .filter { isListedChange($0.node) }
        return changes.sorted { ($0.cost, $1.node) > ($1.cost, $0.node) }.prefix(limit).map(\.node)
    }

    /// Lists files under their packages, those that were open before open again.
    mutating func groupRows() {
        guard arrangement.shape == .packages, let packages, let flat = rows.flat else {
            return groups = nil
        }
        let made = PackageGroups(flat, of: tree, packages, costs, arrangement)
        groups = made
        rows.divide(
            made.nodes, made.groups.map(\.range), isOpen: made.groups.map { openGroups.contains($0.key) })
    }

    /// Opens a package, or shuts it.
    mutating func setOpen(_ group: Int, _ opens: Bool, height: Int) {
        guard let groups, groups.groups.indices.contains(group) else { return }
        let key = groups.groups[group].key
        if opens { openGroups.insert(key) } else { openGroups.remove(key) }
        rows.open(part: group, opens)
        cursor.move(to: rows.line(overPart: group), count: rows.count, height: height)
    }

    /// Opens all packages, or shuts them.
    mutating func setAllOpen(_ opens: Bool, height: Int) {
        guard let groups else { return }
        let kept = current?.node
        openGroups = opens ? Set(groups.groups.map(\.key)) : []
        rows.open(allParts: opens)
        keepCursor(on: kept, isOverGroup: !opens, height: height)
    }

    /// Opens or shuts the package under the cursor, or all of them; from a file, one goes to its package.
    mutating func openGroup(_ command: Command, _ row: Row, height: Int) {
        switch command {
        case .expandAll, .collapseAll: return setAllOpen(command == .expandAll, height: height)
        default: break
        }
        guard let group = row.group else {
            guard command == .collapse, let part = rows.part(of: row.node) else { return }
            return cursor.move(to: rows.line(overPart: part), count: rows.count, height: height)
        }
        let isOpen = rows.isOpen(part: group)
        switch command {
        case .toggle: setOpen(group, !isOpen, height: height)
        case .expand where isOpen:
            cursor.move(to: cursor.position + 1, count: rows.count, height: height)
        case .expand, .collapse: setOpen(group, command == .expand, height: height)
        default: break
        }
    }

    /// Why that would change nothing; nil if it does.
    func groupFutility(of command: Command) -> String? {
        guard let groups, let current else { return nil }
        switch command {
        case .expand where current.group == nil, .toggle where current.group == nil:
            return "there is nothing in it to open"
        case .collapse where current.group.map { !rows.isOpen(part: $0) } == true: return "it is shut"
        case .expandAll where groups.groups.indices.allSatisfy(rows.isOpen(part:)):
            return "all packages are open"
        case .collapseAll where !groups.groups.indices.contains(where: rows.isOpen(part:)):
            return "all packages are shut"
        default: return nil
        }
    }

    /// Opens the package of a file.
    mutating func openGroup(of node: Int) {
        guard let groups, let part = rows.part(of: node) else { return }
        openGroups.insert(groups.groups[part].key)
        rows.open(part: part, true)
    }

    /// What the box before a package's line says.
    func pickMark(of row: Row) -> PickMark? {
        guard row.group != nil else { return pickMark(of: row.first) }
        guard marks != nil else { return nil }
        let marks = files(of: row).compactMap { pickMark(of: $0) }
        guard let first = marks.first else { return nil }
        return marks.allSatisfy { $0 == first } ? first : .partly
    }
}

extension Arrangement.Shape {
    /// What a title calls it; nil for what is usual.
    var words: String? {
        switch self {
        case .tree: nil
        case .list: "one list"
        case .packages: "by package"
        }
    }
}
