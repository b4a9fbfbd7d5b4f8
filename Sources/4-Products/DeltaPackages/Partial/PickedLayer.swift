import Bytes
import FileIO
import FileTree
import Images
import OCI
import Tar

/// Makes the layer that, laid over an old image, makes picked changes and no others.
///
/// Whiteouts come first, then what is there now, directories before what is in them, then further names of files. Every
/// directory on the way is there as well, as builders write it: some runtimes make up what is missing. So are all names of a
/// file that gets another one, since a link can only lead to what its own layer brings (overlayfs unpacks each by itself).
struct PickedLayer {
    private let tree: DiffTree
    private let picks: PickSet
    private let originals: [Int: Int]
    private let old: OpenedImage
    private let new: OpenedImage

    /// An entry of the layer.
    private struct Item {
        /// What it must mean.
        var entry: Entry
        /// Where it stands as it is to be; nil if its header is made.
        var stored: (image: OpenedImage, id: EntryID)?
        /// Its content.
        var content: FileRegion?
    }

    /// Prepares a layer.
    ///
    /// - Parameters:
    ///   - needs: The merged trees of both images, and what their changes need.
    ///   - picks: What to make of it.
    ///   - old: The old image.
    ///   - new: The new image.
    init(_ needs: PickNeeds, _ picks: PickSet, old: OpenedImage, new: OpenedImage) {
        tree = needs.tree
        originals = needs.originals(of: picks)
        self.picks = picks
        self.old = old
        self.new = new
    }

    /// Makes the layer in a temporary file.
    ///
    /// - Throws: `ImageError.unsupported` for an entry that cannot be written by itself, `FileError` if the images can no
    ///   longer be read.
    func tar() throws -> FileRegion {
        let spool = Spool()
        for item in try items() {
            try Task.checkCancellation()
            try spool.append(try structure(of: item))
            try item.content?.forEachPart { try spool.append($0) }
            try spool.append(TarWriter.padding(byteCount: item.content?.byteCount ?? 0))
        }
        try spool.append(TarWriter.end)
        return FileRegion(spool.finish())
    }

    // MARK: - What it holds

    private func items() throws -> [Item] {
        var whiteouts: [Item] = []
        var entries: [Item] = []
        var links: [Item] = []
        var directories: Set<Int> = []
        let companions = originals.keys.filter { !picks.contains($0) }.sorted()
        for index in picks.all + companions {
            let node = tree.nodes[index]
            if isWhiteout(index) {
                whiteouts.append(Item(entry: Entry(path: tree.path(of: index), kind: .whiteout, mode: 0)))
            }
            if let id = node.new, let entry = tree.newEntry(node) {
                let item = try item(entry, id, at: index)
                if item.entry.kind == .hardLink { links.append(item) } else { entries.append(item) }
            } else if node.isInNew, index != 0 {
                // What nothing but its contents makes is made as runtimes make it.
                entries.append(Item(entry: Entry(path: tree.path(of: index), kind: .directory, mode: 0o755)))
            }
            var parent = node.parent
            while parent != 0, !picks.contains(parent), directories.insert(parent).inserted {
                parent = tree.nodes[parent].parent
            }
        }
        for index in directories {
            guard let id = tree.nodes[index].old, var entry = tree.oldEntry(tree.nodes[index]) else {
                continue
            }
            entry.path = tree.path(of: index)
            entries.append(Item(entry: entry, stored: (old, id)))
        }
        return [whiteouts, entries, links].flatMap { $0.sorted { $0.entry.path < $1.entry.path } }
    }

    /// Whether a path must be removed: what goes with its directory need not be.
    private func isWhiteout(_ index: Int) -> Bool {
        let node = tree.nodes[index]
        guard node.isInOld, !node.isInNew else { return false }
        return !picks.contains(node.parent) || tree.isNewDirectory(node.parent)
    }

    private func item(_ entry: Entry, _ id: EntryID, at index: Int) throws -> Item {
        var item = Item(entry: entry, stored: (new, id))
        item.entry.path = tree.path(of: index)
        if let original = originals[index], original != index {
            item.entry.kind = .hardLink
            item.entry.isSparse = false
            item.entry.linkTarget = tree.path(of: original).bytes
        } else if entry.kind == .file || entry.kind == .hardLink {
            // It may stand for a file whose first name is gone.
            let file = new.contentPlace(of: id)
            item.entry.kind = .file
            item.entry.isSparse = new.index.listings[file.layer].entries[file.ordinal].isSparse
            item.content = content(of: file)
        }
        return item
    }

    private func content(of id: EntryID) -> FileRegion {
        let layer = new.layers[id.layer]
        let span = layer.spans[id.ordinal]
        return layer.tar.part(at: span.contentOffset, byteCount: span.contentByteCount)
    }

    // MARK: - Headers

    private func structure(of item: Item) throws -> [UInt8] {
        if let stored = try stored(item) { return stored }
        let entry = item.entry
        guard !entry.isSparse else {
            throw refused(
                entry, "is stored with holes under another name, or under one that leads through links")
        }
        let type: TarType
        var name = entry.path.bytes
        switch entry.kind {
        case .file, .auxiliary: type = .file
        case .whiteout, .opaqueMarker:
            type = .file
            name = (entry.path.parent ?? .root).appending(Array(".wh.".utf8) + entry.path.name).bytes
        case .directory:
            type = .directory
            name = name.isEmpty ? Array("./".utf8) : name + [UInt8(ascii: "/")]
        case .symlink: type = .symlink
        case .hardLink: type = .hardLink
        case .characterDevice: type = .characterDevice
        case .blockDevice: type = .blockDevice
        case .fifo: type = .fifo
        }
        let isLink = entry.kind == .symlink || entry.kind == .hardLink
        return TarWriter.structure(
            of: TarMember(
                name: name, type: type, mode: entry.mode, uid: entry.uid, gid: entry.gid,
                byteCount: item.content?.byteCount ?? 0, modified: entry.modified.seconds,
                nanoseconds: entry.modified.nanoseconds, linkName: isLink ? entry.linkTarget : [],
                extendedAttributes: entry.extendedAttributes.map { ($0.name, $0.value) },
                device: (entry.deviceMajor, entry.deviceMinor)))
    }

    /// The blocks as they stand in the image, if they mean the same by themselves.
    private func stored(_ item: Item) throws -> [UInt8]? {
        guard let (image, id) = item.stored else { return nil }
        let entry = image.index.listings[id.layer].entries[id.ordinal]
        guard entry.path == item.entry.path, entry.kind == item.entry.kind,
            entry.kind != .hardLink || entry.linkTarget == item.entry.linkTarget,
            item.entry.metadataDifferences(from: entry).isEmpty
        else { return nil }
        let layer = image.layers[id.layer]
        let span = layer.spans[id.ordinal]
        let bytes = try layer.tar.read(at: span.structureOffset, count: span.structureByteCount)
        let parts = try TarStructure(bytes)
        // A hard link may stand for what it leads to, and a global header speaks for other entries, too.
        let isLink = parts.header[parts.header.startIndex + 156] == UInt8(ascii: "1")
        let isGlobal = parts.extensions.contains {
            $0.header[$0.header.startIndex + 156] == UInt8(ascii: "g")
        }
        return isGlobal || isLink != (entry.kind == .hardLink) ? nil : bytes
    }

    private func refused(_ entry: Entry, _ reason: String) -> ImageError {
        .unsupported(
            source: new.source,
            reason: "'\(EscapedText.of(entry.path.bytes, limit: 200))' \(reason); do not pick it")
    }
}
