import FileTree
import TestSupport
import Testing

@testable import Explorer

/// What boxes say of many picks.
struct PickMarksTests {
    @Test(arguments: [true, false])
    func `boxes say what is picked of a row and of what is listed in it`(isEverythingShown: Bool) throws {
        var random = SplitMix64(seed: 11)
        var fixture = Fixture.large(3_000)
        // Directories that changed themselves, too.
        func directories(_ mode: UInt16) throws -> [Entry] {
            try (0..<10).map {
                Entry(
                    path: try #require(TreePath("usr/share/d\($0)")), kind: .directory, mode: mode)
            }
        }
        fixture.new = [
            LayerListing(
                entries: try directories(0o700) + fixture.new[0].entries + Fixture.application.new[2].entries)
        ]
        fixture.old = [
            LayerListing(
                entries: try directories(0o755) + fixture.old[0].entries + Fixture.application.old[3].entries)
        ]
        var script = Script(fixture, columns: 120, rows: 40, answersFirst: true) {
            $0.immediateCount = .max
        }
        script.explorer.changeFilter { filter in
            if isEverythingShown { filter.showEverything() } else { filter.show(only: .metadata) }
        }
        let files = try #require(script.explorer.files)
        let (tree, facts) = (files.tree, files.facts)
        let ground = PickMarks.Ground(facts: facts, isShown: files.isShown)
        let needs = PickNeeds(tree)
        let changed = tree.nodes.indices.filter(needs.isChanged)
        var set = PickSet(needs, picking: [])
        var marks = PickMarks(count: facts.count)
        var seen: Set<PickMark> = []
        for part in [2, 3, 40, 1, 5] {
            marks.take(
                set.toggle(changed.filter { _ in random.below(part) == 0 }, needs), at: { $0 }, ground)
            // The same, counted from all that is below each node.
            var (all, made, picked) = (
                facts.indices.map { _ in 0 }, facts.indices.map { _ in 0 }, facts.indices.map { _ in 0 }
            )
            for node in facts.indices.reversed() {
                let state = set.state(of: node)
                all[node] += state == .left ? 0 : 1
                if ground.isListed(node) {
                    made[node] += state == .left ? 0 : 1
                    picked[node] += state == .picked ? 1 : 0
                }
                guard node > 0 else { continue }
                all[facts.parent(of: node)] += all[node]
                made[facts.parent(of: node)] += made[node]
                picked[facts.parent(of: node)] += picked[node]
            }
            for node in facts.indices {
                let listed = Int(files.listedChangeCounts[node])
                let wanted: PickMark? =
                    listed == 0 && all[node] == 0
                    ? nil
                    : made[node] == 0
                        ? (all[node] > 0 ? .partly : PickMark.none)
                        : made[node] < listed ? .partly : picked[node] > 0 ? .picked : .required
                let found = marks.mark(of: node, hasChildren: facts.hasChildren(node), listed: listed)
                #expect(found == wanted)
                if let found { seen.insert(found) }
            }
        }
        #expect(seen.isSuperset(of: [.none, .partly, .picked]))
    }
}
