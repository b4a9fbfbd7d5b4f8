import Bytes
import FileTree
import Hashing
import TestSupport
import Testing

/// Picks that are changed one after the other.
struct PickSetTests {
    /// A tree of few names, so that directories are replaced, files move and have several names; nil if it cannot be.
    private func tree(_ random: inout SplitMix64) throws -> DiffTree? {
        let names = ["a", "b", "c"]
        func listing() throws -> [LayerListing]? {
            var entries: [Entry] = []
            var files: [String] = []
            for _ in 0..<random.below(14) {
                let path = (0...random.below(3)).map { _ in random.pick(names) }.joined(separator: "/")
                let place = try #require(TreePath(path))
                switch random.below(5) {
                case 0: entries.append(Entry(path: place, kind: .directory))
                case 1 where !files.isEmpty:
                    entries.append(
                        Entry(path: place, kind: .hardLink, linkTarget: Array(random.pick(files).utf8)))
                default:
                    files.append(path)
                    let content = Array(random.pick(["1", "2", "3", "4"]).utf8)
                    entries.append(
                        Entry(
                            path: place, kind: .file, size: UInt64(content.count), digest: Digest.of(content))
                    )
                }
            }
            return try? LayerListing.resolved([LayerListing(entries: entries)])
        }
        guard let old = try listing(), let new = try listing() else { return nil }
        return DiffTree(old: old, new: new)
    }

    @Test func `of many nodes each is there once, with the other places of those that moved`() throws {
        func listing(_ isNew: Bool) throws -> [LayerListing] {
            let entries = try (0..<900).map { number in
                let isMoved = number % 3 == 0
                let path = isMoved && isNew ? "new/\(number)" : "old/\(number)"
                let content = Array((isMoved || !isNew ? "\(number)" : "\(number) changed").utf8)
                return Entry(
                    path: try #require(TreePath(path)), kind: .file, size: UInt64(content.count),
                    digest: Digest.of(content))
            }
            return [LayerListing(entries: entries)]
        }
        let tree = DiffTree(old: try listing(false), new: try listing(true))
        let needs = PickNeeds(tree)
        let all = tree.nodes.indices.filter(needs.isChanged)
        let here = all.filter { !needs.isMovedAway($0) }
        #expect(all.count - here.count == 300)
        // All of them with both places, one place of each that moved, some twice, some that did not change.
        for nodes in [all, here, here + here, Array(tree.nodes.indices), Array(here.prefix(300))] {
            let found = needs.withPeers(nodes)
            var wanted = Set(nodes.filter(needs.isChanged))
            wanted.formUnion(wanted.compactMap { tree.nodes[$0].peer })
            #expect(Set(found) == wanted && found.count == wanted.count)
        }
    }

    @Test func `picks that were changed step by step are closed as if they were picked at once`() throws {
        var random = SplitMix64(seed: 7)
        var kinds: Set<String> = []
        var returned = 0
        for _ in 0..<1_800 {
            guard let tree = try tree(&random) else { continue }
            let needs = PickNeeds(tree)
            let changed = tree.nodes.indices.filter(needs.isChanged)
            guard !changed.isEmpty else { continue }
            var set = PickSet(needs, picking: [])
            var picked: Set<Int> = []
            var states = tree.nodes.map { _ in PickSet.State.left }
            for _ in 0..<6 {
                let nodes = changed.filter { _ in random.below(3) == 0 }
                let news = set.toggle(nodes, needs)
                picked.formSymmetricDifference(nodes)
                for change in news {
                    #expect(states[change.node] == change.before)
                    states[change.node] = change.after
                    if change.before == .picked, change.after == .required { returned += 1 }
                }
                let whole = PickSet(needs, picking: picked.sorted())
                #expect(tree.nodes.indices.map(set.state) == tree.nodes.indices.map(whole.state))
                #expect(states == tree.nodes.indices.map(whole.state))
                #expect(set.count == whole.count)
                #expect(set.picked == picked.sorted())
                #expect(Set(set.required.keys) == Set(whole.required.keys))
                for (_, reason) in set.required {
                    #expect(set.contains(reason.needing))
                    switch reason {
                    case .directory: kinds.insert("directory")
                    case .hardLink: kinds.insert("link")
                    case .move: kinds.insert("move")
                    case .inside: kinds.insert("inside")
                    }
                }
            }
        }
        #expect(kinds.count == 4 && returned > 100)
    }

    @Test func `what only one of several picks needs goes with it`() throws {
        let directory = Entry(path: try #require(TreePath("d")), kind: .directory)
        let files = try (0..<1000).map { index in
            let content = Array("\(index)".utf8)
            return Entry(
                path: try #require(TreePath("d/\(index)")), kind: .file, size: UInt64(content.count),
                digest: Digest.of(content))
        }
        let tree = DiffTree(old: [], new: [LayerListing(entries: [directory] + files)])
        let needs = PickNeeds(tree)
        let directoryNode = try #require(tree.index(of: directory.path))
        let nodes = Array(tree.nodes[directoryNode].children)
        var set = PickSet(needs, picking: nodes)
        // Of a thousand changes just one is told about: the others keep the directory.
        #expect(set.toggle([nodes[3]], needs).map(\.node) == [nodes[3]])
        #expect(set.state(of: directoryNode) == .required)
        set.toggle(nodes.filter { $0 != nodes[3] && $0 != nodes[5] }, needs)
        #expect(set.all == [directoryNode, nodes[5]])
        #expect(set.toggle([nodes[5]], needs).map(\.node) == [nodes[5], directoryNode])
        #expect(set.isEmpty && set.required.isEmpty)
    }
}
