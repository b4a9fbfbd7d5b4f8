import Bytes
import Hashing
import TestSupport
import Testing

@testable import FileTree

/// Layers and the tree that goes with them.
struct LayerStackTests {
    private static let names = ["a", "b", "c", "d"]

    private func path(_ random: inout SplitMix64) throws -> TreePath {
        let depth = 1 + random.below(2)
        return try #require(
            TreePath((0..<depth).map { _ in Self.names[random.below(4)] }.joined(separator: "/")))
    }

    /// An entry of any kind; names are few, so that entries are often about the same path.
    private func entry(_ random: inout SplitMix64, behind layers: [LayerListing]) throws -> Entry {
        let path = try self.path(&random)
        switch random.below(12) {
        case 0: return Entry(path: path, kind: .directory, mode: 0o755)
        case 1: return Entry(path: path, kind: .whiteout)
        case 2: return Entry(path: path, kind: .opaqueMarker)
        case 3: return Entry(path: path, kind: .symlink, linkTarget: try self.path(&random).bytes)
        case 4, 5, 6, 7:
            let known = layers.flatMap(\.entries)
            return Entry(
                path: path, kind: .hardLink, mode: UInt16(random.below(512)),
                linkTarget: known.isEmpty ? [] : known[random.below(known.count)].path.bytes)
        case 8: return Entry(path: path, kind: .auxiliary)
        default:
            let content = [UInt8(random.below(8))]
            return Entry(path: path, kind: .file, size: 1, digest: Digest.of(content))
        }
    }

    /// Layers of entries that are no mistake where they stand.
    private func layers(_ seed: UInt64) throws -> [LayerListing] {
        var random = SplitMix64(seed: seed)
        var layers: [LayerListing] = []
        for layer in 0..<3 {
            layers.append(LayerListing(entries: []))
            for _ in 0..<20 {
                layers[layer].entries.append(try entry(&random, behind: layers))
                if (try? LayerStack(resolving: layers)) == nil { layers[layer].entries.removeLast() }
            }
        }
        return layers
    }

    private func expectSame(_ tree: Tree, _ other: Tree) {
        #expect(tree.layers == other.layers)
        #expect(tree.nodes.map(\.parent) == other.nodes.map(\.parent))
        #expect(tree.nodes.map(\.children) == other.nodes.map(\.children))
        #expect(tree.nodes.map(\.entry) == other.nodes.map(\.entry))
        #expect(tree.nodes.indices.allSatisfy { tree.name(of: $0) == other.name(of: $0) })
        #expect(tree.nodes.indices.allSatisfy { tree.entry(of: $0) == other.entry(of: $0) })
        #expect(tree.nodes.indices.allSatisfy { tree.original(of: $0) == other.original(of: $0) })
    }

    @Test func `the tree that resolving makes is the one that is made anew`() throws {
        var linkCount = 0
        for seed in 0..<20 as Range<UInt64> {
            let stack = try LayerStack(resolving: layers(seed))
            linkCount += stack.tree.nodes.indices.count { stack.tree.original(of: $0) != nil }
            expectSame(stack.takeTree(), stack.takeTree())
            expectSame(stack.tree, Tree(merging: stack.listings))
        }
        #expect(linkCount > 20)
    }

    @Test func `a tree that shares paths is the same`() throws {
        let other = try LayerStack(resolving: layers(2))
        let stack = try LayerStack(resolving: layers(1))
        let shared = stack.sharingPaths(with: other)
        #expect(shared.listings == stack.listings)
        expectSame(shared.tree, stack.tree)
        // It keeps nothing of what lay there before.
        let places = [shared.tree.layers, shared.listings].map { layers in
            layers.map { $0.entries.withUnsafeBufferPointer(\.baseAddress) }
        }
        #expect(places[0] == places[1])
    }

    @Test func `a tree is kept until it is taken`() throws {
        let stack = try LayerStack(resolving: layers(3))
        func place(_ tree: Tree) -> UnsafePointer<Tree.Node>? {
            tree.nodes.withUnsafeBufferPointer(\.baseAddress)
        }
        let kept = stack.tree
        #expect(place(stack.tree) == place(kept))
        #expect(place(stack.takeTree()) == place(kept))
        #expect(place(stack.takeTree()) != place(kept))
        let other = try LayerStack(resolving: stack.listings, keepsTree: false)
        let first = other.tree
        #expect(place(other.tree) != place(first))
        expectSame(other.tree, kept)
    }
}
