import FileTree
import TestSupport
import Testing

@testable import Explorer

/// Lists of random trees against lists that are made by going through all of a tree.
struct RowListTests {
    private func tree(_ random: inout SplitMix64) throws -> DiffTree {
        func listing(_ changes: Int) throws -> LayerListing {
            LayerListing(
                entries: try (0..<60).map { index in
                    let names = ["a", "b", "B-c", "lib", "d.so", "e_f"]
                    var path = (0...random.below(5)).map { _ in random.pick(names) }.joined(separator: "/")
                    path += "/f\(index)"
                    return Entry(
                        path: try #require(TreePath(path)), kind: .file, size: UInt64(random.below(4)),
                        modified: Timestamp(seconds: Int64(random.below(changes))))
                })
        }
        let shared = try listing(1)
        return DiffTree(old: [shared, try listing(2)], new: [shared, try listing(2)])
    }

    private func arrangement(_ random: inout SplitMix64) -> Arrangement {
        var arrangement = Arrangement()
        for change in Change.allCases where random.below(2) == 0 { arrangement.filter.toggle(change) }
        arrangement.order = random.pick(SortOrder.allCases)
        arrangement.isReversed = random.below(2) == 0
        arrangement.isFlat = random.below(4) == 0
        return arrangement
    }

    /// The rows as going through the tree tells them.
    private func rows(_ table: FileTable) -> [RowList.Row] {
        func sorted(_ nodes: [Int]) -> [Int] {
            let key: (Int) -> UInt64 =
                switch table.arrangement.order {
                case .name: { _ in 0 }
                case .size: { table.tree.nodes[$0].size }
                case .cost: table.costs.sortKey
                case .change:
                    {
                        table.tree.nodes[$0].changeCount << 8
                            | UInt64(UInt8.max - table.tree.nodes[$0].change.rawValue)
                    }
                }
            let isReversed = table.arrangement.isReversed
            if table.arrangement.order == .name { return isReversed ? nodes.reversed() : nodes }
            return nodes.sorted {
                key($0) != key($1) ? (key($0) > key($1)) != isReversed : $0 < $1
            }
        }
        func children(_ node: Int) -> [Int] {
            sorted(table.tree.nodes[node].children.filter { table.isShown[$0] != .not })
        }
        func hasChildren(_ node: Int) -> Bool { !table.tree.nodes[node].children.isEmpty }
        var rows: [RowList.Row] = []
        func list(_ node: Int, depth: Int) {
            for first in children(node) {
                var last = first
                while hasChildren(last), children(last).count == 1, hasChildren(children(last)[0]),
                    table.isShown[last] != .itself
                        || table.tree.nodes[last].change == .unchanged
                        || [.added, .removed].contains(table.tree.nodes[last].change)
                            && table.tree.nodes[last].change == table.tree.nodes[children(last)[0]].change
                {
                    last = children(last)[0]
                }
                rows.append(RowList.Row(node: last, depth: depth, first: first))
                if table.isExpanded[last] { list(last, depth: depth + 1) }
            }
        }
        guard table.arrangement.isFlat else {
            list(0, depth: 0)
            return rows
        }
        var files: [Int] = []
        func collect(_ node: Int) {
            if node > 0, table.isShown[node] == .itself, !hasChildren(node) { files.append(node) }
            for child in table.tree.nodes[node].children where table.isShown[child] != .not { collect(child) }
        }
        collect(0)
        return sorted(files).map { RowList.Row(node: $0, depth: 0, first: $0) }
    }

    @Test func `the lines are those of going through the tree, whatever is opened and shut`() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<40 {
            let tree = try tree(&random)
            var table = try FileTable(tree, costs: EntryCosts(), arrangement: arrangement(&random))
            for step in 0..<12 {
                switch random.below(7) {
                case 6:
                    let opened = tree.nodes.map { !$0.children.isEmpty && random.below(2) == 0 }
                    table.restore(opened, revealing: nil, height: 10)
                case 0: table.setAllExpanded(random.below(2) == 0, height: 10)
                case 1: table.openCostliest(height: 10)
                case 2: table.show(arrangement(&random), height: 10)
                case 3: table.reveal(1 + random.below(tree.nodes.count - 1), height: 10)
                default: table.setExpanded(random.below(tree.nodes.count), random.below(3) > 0, height: 10)
                }
                let expected = rows(table)
                try #require(table.rows.count == expected.count, "\(step)")
                #expect(Array(table.rows) == expected)
                for (index, row) in expected.enumerated() {
                    #expect(table.rows[index] == row)
                    #expect(
                        table.rows.place(of: row.node) == index && table.rows.place(of: row.first) == index)
                }
            }
        }
    }

    @Test func `keys go to every match and back, in the order of the list with all of it opened`() throws {
        var random = SplitMix64(seed: 8)
        for _ in 0..<40 {
            let tree = try tree(&random)
            var table = try FileTable(tree, costs: EntryCosts(), arrangement: arrangement(&random))
            table.search = try? table.findMatches(random.pick(["b", "f1", "lib/", "B", "b/f"]))
            let found = table.matches
            #expect(table.search?.matches.count == found.count)
            var opened = table
            opened.setAllExpanded(true, height: 10)
            let order = rows(opened).flatMap { row -> [Int] in
                var nodes = [row.node]
                while let last = nodes.last, last != row.first { nodes.append(tree.nodes[last].parent) }
                return nodes.reversed()
            }
            #expect(found == order.filter { found.contains($0) })
            for (index, node) in found.enumerated() {
                let before = found[(index + found.count - 1) % found.count]
                #expect(table.match(from: node, isForward: false, includingNode: false) == before)
                table.reveal(node, height: 10)
                #expect(table.matchNumber == (table.current?.node == node ? index + 1 : table.matchNumber))
            }
        }
    }
}

/// Finding paths against a search through whole paths.
struct PathFinderTests {
    /// How well a word fits a path by the letters of the whole path; nil if it does not.
    private func score(_ word: [UInt8], _ path: [UInt8]) -> Int? {
        var score = 0
        var place = path.count
        var last = path.count
        for letter in word.reversed() {
            repeat { place -= 1 } while place >= 0 && path[place] != letter
            guard place >= 0 else { return nil }
            score += place + 1 == last ? 3 : 0
            if letter != UInt8(ascii: "/"), place == 0 || "/.-_".utf8.contains(path[place - 1]) { score += 2 }
            last = place
        }
        return score
    }

    @Test(arguments: ["a", "f1", "b f2", "ab/f", "a/", "lib/d", "//", "bb", "so f", "e_f", "zz", "abcf"])
    func `the same paths fit as in a search through whole paths`(text: String) throws {
        var random = SplitMix64(seed: 9)
        let names = ["a", "b", "B-c", "lib", "d.so", "e_f"]
        let tree = DiffTree(
            old: [],
            new: [
                LayerListing(
                    entries: try (0..<300).map { index in
                        let path = (0...random.below(5)).map { _ in random.pick(names) } + ["f\(index)"]
                        return Entry(path: try #require(TreePath(path.joined(separator: "/"))), kind: .file)
                    })
            ])
        let words = text.split(separator: " ").map { Array($0.utf8) }
        var expected: [(score: Int, node: Int)] = []
        for node in tree.nodes.indices.dropFirst() {
            let path = tree.path(of: node).bytes.map(PathQuery.lowered)
            let scores = words.map { score($0, path) }
            guard scores.allSatisfy({ $0 != nil }) else { continue }
            expected.append((scores.compactMap(\.self).reduce(0, +) * 16 - min(path.count, 256), node))
        }
        let found = try #require(
            PathFinder(tree).find(
                text, among: nil, limit: 1_000, weight: { _ in 0 }, isCancelled: { false }))
        #expect(found.all.map(Int.init) == expected.map(\.node))
        #expect(found.best == expected.sorted { ($1.score, $0.node) < ($0.score, $1.node) }.map(\.node))
    }
}
