/// Why layers cannot be laid over each other.
public enum MergeError: Error, Equatable, Sendable {
    /// A hard link leads to nothing that is there when its turn comes.
    case danglingHardLink(EntryID)
    /// A path leads through links in a circle.
    case linksInCircle(EntryID)
    /// Paths lead through more links than any image needs.
    case tooManyLinks(EntryID)
    /// A path leads through something that its own layer has made, and that is no directory.
    case belowFile(EntryID)
    /// A whiteout stands behind what its own layer has made at its path.
    case lateWhiteout(EntryID)
    /// A layer has two whiteouts of one path.
    case repeatedWhiteout(EntryID)
}

/// Lays layers over each other to find what hard links lead to.
struct LinkResolver {
    /// The layers; hard links that were taken are what they lead to.
    private(set) var listings: [LayerListing]
    private var builder: TreeBuilder
    /// The hard links, in their order.
    private var hardLinks: [EntryID] = []
    /// Runtimes do not unpack a storage driver's bookkeeping, but its files can be what hard links lead to.
    private var bookkeeping: [TreePath: EntryID] = [:]
    /// What the layer has whiteouts of.
    private var whiteouts: Set<TreePath> = []

    /// The tree of the layers that were taken.
    var tree: Tree { Tree(builder, of: listings, hardLinks: hardLinks) }

    /// Lays an image's layers over each other, the lowest first.
    ///
    /// - Parameter listings: The layers, with hard links as their headers spell them, or as they were resolved in another image.
    /// - Throws: `MergeError` for what no runtime unpacks.
    init(resolving listings: [LayerListing]) throws(MergeError) {
        var resolver = LinkResolver(listings)
        for layer in listings.indices {
            resolver.begin(layer: layer)
            for ordinal in listings[layer].entries.indices {
                let id = EntryID(layer: layer, ordinal: ordinal)
                try resolver.checkWhiteout(id)
                do {
                    guard try resolver.take(id) else { throw MergeError.danglingHardLink(id) }
                } catch let problem as TreeBuilder.Problem {
                    switch problem {
                    case .linksInCircle: throw MergeError.linksInCircle(id)
                    case .tooManyLinks: throw MergeError.tooManyLinks(id)
                    case .belowFile: throw MergeError.belowFile(id)
                    }
                } catch {
                    throw .danglingHardLink(id)
                }
            }
        }
        self = resolver
    }

    private init(_ listings: [LayerListing]) {
        self.listings = listings
        builder = TreeBuilder(entryCount: listings.reduce(0) { $0 + $1.entries.count }, followsLinks: true)
    }

    /// Refuses a whiteout of what stands before it in its own layer, another whiteout of it included. On overlayfs, where
    /// Docker, containerd and podman unpack layers, there is no room for it; without overlayfs it removes the file, or fails.
    private mutating func checkWhiteout(_ id: EntryID) throws(MergeError) {
        let entry = listings[id.layer].entries[id.ordinal]
        guard entry.kind == .whiteout else { return }
        guard !builder.hasBrought(entry.path) else { throw .lateWhiteout(id) }
        guard whiteouts.insert(entry.path).inserted else { throw .repeatedWhiteout(id) }
    }

    private mutating func begin(layer: Int) {
        builder.begin(layer: layer)
        bookkeeping = [:]
        whiteouts = []
    }

    /// Takes the next entry; false for a hard link that leads to nothing.
    private mutating func take(_ id: EntryID) throws(TreeBuilder.Problem) -> Bool {
        let entry = listings[id.layer].entries[id.ordinal]
        if entry.kind == .auxiliary { bookkeeping[entry.path] = id }
        guard let target = entry.hardLinkTarget else {
            try builder.apply(entry, id)
            return true
        }
        guard let path = TreePath(tarName: target),
            let found = try builder.target(of: entry, at: path) ?? bookkeeping[path],
            let resolved = entry.resolved(
                HardLink(target: target, origin: found), to: listings[found.layer].entries[found.ordinal])
        else { return false }
        listings[id.layer].entries[id.ordinal] = resolved
        hardLinks.append(id)
        try builder.apply(resolved, id)
        return true
    }
}

extension Entry {
    /// The target of a hard link as its header spells it; nil for anything else.
    fileprivate var hardLinkTarget: [UInt8]? { kind == .hardLink ? linkTarget : hardLink?.target }

    /// A hard link as what it leads to; nil for what can have no other name.
    fileprivate func resolved(_ link: HardLink, to target: Entry) -> Entry? {
        var entry = self
        entry.hardLink = HardLink(target: link.target, origin: target.hardLink?.origin ?? link.origin)
        switch target.kind {
        case .file, .hardLink:
            entry.setDigest(target.digest, ofBytes: target.digestOfBytes)
            entry.size = target.size
            entry.contentKind = target.contentKind
        case .auxiliary:
            entry.setDigest(target.digest, ofBytes: target.digestOfBytes)
            entry.size = target.size
            entry.contentKind = target.contentKind
            // Runtimes (docker, podman) make a file as the bookkeeping describes it, and look at no more of the link.
            entry.mode = target.mode
            (entry.uid, entry.gid) = (target.uid, target.gid)
            entry.modified = target.modified
            entry.extendedAttributes = target.extendedAttributes
        case .symlink, .characterDevice, .blockDevice, .fifo:
            entry.kind = target.kind
            entry.linkTarget = target.linkTarget
            entry.deviceMajor = target.deviceMajor
            entry.deviceMinor = target.deviceMinor
        case .directory, .whiteout, .opaqueMarker: return nil
        }
        return entry
    }
}
