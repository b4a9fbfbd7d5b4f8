import DeltaPackages
import FileTree
import Images
import OCI
import Routes
import Shipping

/// What a pair of images measures; counted when asked for.
struct Measures {
    private let old: OpenedImage
    private let new: OpenedImage
    private let package: Figure
    private let pull: Figure
    private let tree: DiffTree
    /// The layers whose files nobody knows, so that they are counted nowhere.
    let unread: UnreadLayers

    /// Measures a pair.
    ///
    /// - Parameters:
    ///   - old: The old image.
    ///   - new: The new image.
    ///   - package: Bytes of the package; nil if nobody will ask for them.
    ///   - pull: Bytes that a registry sends; nil if nobody will ask for them.
    ///   - rules: What does not count.
    init(
        _ old: OpenedImage, _ new: OpenedImage, package: Figure?, pull: Figure?, ignoring rules: IgnoreRules
    ) {
        self.old = old
        self.new = new
        self.package = package ?? .zero
        self.pull = pull ?? .zero
        tree = DiffTree(old: old.index.stack, new: new.index.stack, ignoring: rules)
        unread = UnreadLayers(old: old.index.summary.layers, new: new.index.summary.layers)
    }

    /// The value of a measure.
    subscript(measure: Measure) -> UInt64 {
        let counts = tree.counts
        switch measure {
        case .delta: return package.byteCount
        case .pull: return pull.byteCount
        case .added: return UInt64(counts.added)
        case .removed: return UInt64(counts.removed)
        case .modified: return UInt64(counts.modified)
        case .metadata: return UInt64(counts.metadata)
        case .moved: return UInt64(counts.moved)
        case .changed:
            return UInt64(
                counts.added + counts.removed + counts.modified + counts.metadata + counts.moved)
        case .setuid: return UInt64(tree.nodes.count { Self.isRaised($0, tree) })
        case .wasted:
            let listings = new.index.listings
            return Efficiency(listings, hidden: HiddenEntries(listings)).wastedByteCount
        }
    }

    /// What a measure is, in words; of an estimate also how far it may be off.
    func text(_ measure: Measure) -> String {
        let value = measure.text(self[measure])
        let figure: Figure
        switch measure {
        case .delta: figure = package
        case .pull: figure = pull
        default: return "it is \(value)"
        }
        return figure.isExact ? "it is \(value)" : "it is about \(value), a guess: \(figure.errorText)"
    }

    /// Whether a file acts as another user or group now, and did not before.
    private static func isRaised(_ node: DiffTree.Node, _ tree: DiffTree) -> Bool {
        func bits(_ entry: Entry?) -> UInt16 {
            guard let entry, entry.kind == .file || entry.kind == .hardLink else { return 0 }
            return entry.mode & 0o6000
        }
        return bits(tree.newEntry(node)) & ~bits(tree.oldEntry(node)) != 0
    }
}
