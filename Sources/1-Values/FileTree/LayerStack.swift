import Synchronization

/// An image's layers, the lowest first, and the tree that they make laid over each other.
///
/// The tree of a large image takes much memory, and most who need it need it once: the one that finding out what hard links
/// are has made is kept until somebody takes it, and made anew for whoever comes later.
public struct LayerStack: Sendable {
    /// What each layer holds.
    public let listings: [LayerListing]
    private let kept: KeptTree

    private init(_ listings: [LayerListing], _ tree: Tree?) {
        self.listings = listings
        kept = KeptTree(tree)
    }

    /// Layers as they are: of those that are not resolved, hard links are as their headers spell them.
    public init(_ listings: [LayerListing]) { self.init(listings, nil) }

    /// Finds out what hard links are: names of files of the same layer or of a lower one.
    ///
    /// A hard link to a file has that file's size and digest; one to a symbolic link or to a device is one, too. All of them
    /// know which entry made what they are names of.
    ///
    /// - Parameters:
    ///   - listings: An image's layers, the lowest first, with hard links as their headers spell them, or as they were
    ///     resolved in another image.
    ///   - keepsTree: Whether somebody will want the tree.
    /// - Throws: `MergeError` for what no runtime unpacks.
    public init(resolving listings: [LayerListing], keepsTree: Bool = true) throws(MergeError) {
        let resolver = try LinkResolver(resolving: listings)
        self.init(resolver.listings, keepsTree ? resolver.tree : nil)
    }

    /// The tree; if it is kept, it stays so.
    public var tree: Tree { kept.tree.withLock(\.self) ?? Tree(merging: listings) }

    /// The tree, which is kept no longer.
    public func takeTree() -> Tree { kept.tree.withLock { $0.take() } ?? Tree(merging: listings) }

    /// The same layers, whose paths lie in memory once where other ones have them, too.
    public func sharingPaths(with other: LayerStack) -> LayerStack {
        let shared = listings.sharingPaths(with: other.listings)
        return LayerStack(shared, kept.tree.withLock(\.self)?.storing(shared))
    }
}

/// Where a tree is kept until it is taken.
private final class KeptTree: Sendable {
    let tree: Mutex<Tree?>

    init(_ tree: Tree?) { self.tree = Mutex(tree) }
}
