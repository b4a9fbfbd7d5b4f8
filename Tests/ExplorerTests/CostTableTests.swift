import FileTree
import Shipping
import TestSupport
import Testing

@testable import Explorer

/// How much a few figures change in the tables of a large tree: a copy of them may be in use.
struct CostTableTests {
    /// Where the pieces of an array lie.
    private func places<Element>(_ array: Chunked<Element>) -> [UnsafeRawPointer?] {
        array.pieces.map { $0.withUnsafeBytes(\.baseAddress) }
    }

    /// How many pieces are not the same in both arrays.
    private func copied<Element>(_ one: Chunked<Element>, _ other: Chunked<Element>) -> Int {
        let (one, other) = (places(one), places(other))
        return zip(one, other).count { $0 != $1 } + abs(one.count - other.count)
    }

    @Test func `an array in pieces is an array`() {
        var random = SplitMix64(seed: 4)
        var expected = Array(repeating: 7, count: 1300)
        var array = Chunked(repeating: 7, count: 1300)
        for step in 0..<4000 {
            if random.below(3) == 0 {
                expected.append(step)
                array.append(step)
            } else {
                let index = random.below(expected.count)
                expected[index] += step
                array[index] += step
            }
        }
        array.grow(to: expected.count + 700, filledWith: 1)
        array.grow(to: 3, filledWith: 2)
        expected += Array(repeating: 1, count: 700)
        #expect(array.count == expected.count)
        #expect(array.indices.map { array[$0] } == expected)
    }

    @Test func `figures that come in copy a few pieces of tables that somebody works on`() throws {
        let folderCount = 200
        let entries = try (0..<40_000).map { index in
            Entry(
                path: try #require(TreePath("usr/share/\(index % folderCount)/lib/file-\(index)")),
                kind: .file,
                size: 10)
        }
        let tree = DiffTree(old: [], new: [LayerListing(entries: entries)])
        var costs = EntryCosts()
        costs.update(
            Dictionary(
                uniqueKeysWithValues: entries.indices.map {
                    (EntryID(layer: 0, ordinal: $0), Figure(guess: 3))
                }
            ))
        var table = CostTable(tree, costs: costs)
        #expect(table.state(of: 0, isFinal: false) == .known(Figure(guess: 120_000)))
        let held = table
        let news = Dictionary(
            uniqueKeysWithValues: (0..<20).map { (EntryID(layer: 0, ordinal: $0 * 1999), Figure(exact: 5)) })
        table.update(news, in: tree)
        // Each file and the five directories it is in.
        let limit = news.count * 6
        let copies = copied(table.figures, held.figures) + copied(table.places, held.places)
        #expect(copies > 0 && copies <= limit)
        #expect(held.figures.pieces.count + held.places.pieces.count > limit)
        #expect(held.state(of: 0, isFinal: false) == .known(Figure(guess: 120_000)))
        #expect(table.state(of: 0, isFinal: false) == .known(Figure(guess: 120_040)))
        // Once more, and nobody holds a copy.
        let before = places(table.figures)
        table.update(news.mapValues { Figure(exact: $0.byteCount + 1) }, in: tree)
        #expect(places(table.figures) == before)
    }

    @Test func `a sum has bounds only if all its parts have`() throws {
        let entries = try (0..<3).map {
            Entry(path: try #require(TreePath("f\($0)")), kind: .file, size: 10)
        }
        let tree = DiffTree(old: [], new: [LayerListing(entries: entries)])
        var table = CostTable(tree, costs: EntryCosts())
        func state(_ figures: [Figure]) -> CostState {
            for (ordinal, figure) in figures.enumerated() {
                table.update([EntryID(layer: 0, ordinal: ordinal): figure], in: tree)
            }
            return table.state(of: 0, isFinal: false)
        }
        #expect(state([Figure(exact: 4)]) == .pending)
        let ranged = Figure(6, bounds: 2...8)
        #expect(
            state([Figure(exact: 4), ranged, Figure(exact: 1)]) == .known(Figure(11, bounds: 7...13)))
        #expect(state([Figure(guess: 4), ranged, Figure(exact: 1)]) == .known(Figure(guess: 11)))
        #expect(
            state([Figure(exact: 4), ranged, Figure(exact: 1)]) == .known(Figure(11, bounds: 7...13)))
        #expect(state([.zero, .zero, .zero]) == .nothing)
        #expect(state([Figure(guess: 0), .zero, .zero]) == .pending)
    }
}
