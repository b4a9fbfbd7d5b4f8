import Bytes
import FileTree
import OCI

/// A line of the details.
enum DetailLine: Hashable, Sendable {
    case heading(String, Change?)
    /// A fact of both sides; empty text where a side has none.
    case fact(String, old: String, new: String)
    /// A fact of both together.
    case note(String, String)
}

extension ExplorerModel {
    /// The chosen file's or layer's path or digest, to copy.
    var detailPath: String {
        if focus == .layers {
            return layerPair.flatMap {
                $0.new.flatMap { layer(.new, $0) } ?? $0.old.flatMap { layer(.old, $0) }
            }
            .map(\.digest.description) ?? ""
        }
        guard let files, let row = files.current else { return "" }
        return "/" + EscapedText.of(files.tree.path(of: row.node).bytes)
    }

    /// All that is known of the chosen file or layer.
    var detailLines: [DetailLine] {
        switch focus {
        case .layers: layerPair.map(lines(of:)) ?? []
        case .files: files.flatMap { files in files.current.map { lines(of: $0.node, in: files) } } ?? []
        }
    }

    private var layerPair: LayerPair? {
        pairs.indices.contains(layerCursor.position) ? pairs[layerCursor.position] : nil
    }

    private func layer(_ side: Side, _ index: Int) -> LayerSummary? {
        guard let layers = sides[side]?.summary?.layers, layers.indices.contains(index) else { return nil }
        return layers[index]
    }

    private func lines(of pair: LayerPair) -> [DetailLine] {
        let old = pair.old.flatMap { layer(.old, $0) }
        let new = pair.new.flatMap { layer(.new, $0) }
        func fact(_ label: String, _ value: (LayerSummary) -> String) -> DetailLine {
            .fact(label, old: old.map(value) ?? "", new: new.map(value) ?? "")
        }
        var lines: [DetailLine] = [
            fact("layer") { String($0.index + 1) },
            fact("size") { $0.byteCount.map { ByteCount.grouped($0) + " B" } ?? "not read yet" },
            fact("entries") { $0.entryCount.map { ByteCount.grouped(UInt64($0)) } ?? "not read yet" },
            fact("blob") { "\(ByteCount.grouped($0.blobByteCount)) B" },
            fact("packed as") { $0.compression.rawValue },
            fact("digest") { $0.digest.description },
            fact("diff id") { $0.diffID.description },
        ]
        if old?.createdBy == new?.createdBy || old == nil || new == nil {
            lines.append(.note("made by", Format.line((new ?? old)?.createdBy ?? "")))
        } else {
            lines.append(.note("old made by", Format.line(old?.createdBy ?? "")))
            lines.append(.note("new made by", Format.line(new?.createdBy ?? "")))
        }
        guard isAligned else { return lines }
        lines.append(.note("change", pair.change.rawValue))
        let cost = pair.new.flatMap { layerCosts[$0] }
        switch pair.change {
        case .same: lines.append(.note("ships as", "nothing: the old image holds this layer"))
        case .removed: lines.append(.note("ships as", "nothing: the new image lacks this layer"))
        case .moved: lines.append(.note("ships as", "nothing but its new place"))
        case .changed, .added:
            lines.append(.note("ships as", "a recipe: " + (cost.map(Format.cost) ?? "not estimated yet")))
        }
        return lines
    }

    private func lines(of index: Int, in files: FileTable) -> [DetailLine] {
        let tree = files.tree
        let node = tree.nodes[index]
        let old = tree.oldEntry(node)
        let new = tree.newEntry(node)
        func fact(_ label: String, _ value: (Entry) -> String) -> DetailLine {
            .fact(label, old: old.map(value) ?? "", new: new.map(value) ?? "")
        }
        func rare(_ label: String, _ value: (Entry) -> String) -> [DetailLine] {
            let line = fact(label, value)
            return line == .fact(label, old: "", new: "") ? [] : [line]
        }
        var lines: [DetailLine] = [
            .heading("/" + EscapedText.of(tree.path(of: index).bytes), node.change),
            .fact("type", old: kind(old, node.isInOld), new: kind(new, node.isInNew)),
            fact("mode") { "\(Format.mode($0))  \(String($0.mode, radix: 8))" },
            fact("owner") { "\($0.uid):\($0.gid)" },
            fact("changed") { Format.time($0.modified, seconds: true) },
        ]
        lines += rare("size") { $0.kind == .file ? ByteCount.grouped($0.size) + " B" : "" }
        lines += rare("link to") { EscapedText.of($0.linkTarget) }
        lines += rare("device") {
            $0.kind == .characterDevice || $0.kind == .blockDevice
                ? "\($0.deviceMajor), \($0.deviceMinor)" : ""
        }
        lines += rare("digest") { $0.digest?.description ?? "" }
        lines += attributes(old, new)
        lines.append(.fact("layer", old: layerName(node.old), new: layerName(node.new)))
        if node.isDirectory {
            lines.append(
                .fact(
                    "holds", old: node.isInOld ? ByteCount.grouped(node.oldByteCount) + " B" : "",
                    new: node.isInNew ? ByteCount.grouped(node.newByteCount) + " B" : ""))
        }
        lines += [.note("change", change(node)), .note("ships as", shipping(node, new, in: files))]
        if let peer = node.peer {
            let path = "/" + EscapedText.of(tree.path(of: peer).bytes)
            lines.append(.note(node.isInNew ? "moved from" : "moved to", path))
        }
        return lines
    }

    private func kind(_ entry: Entry?, _ isThere: Bool) -> String {
        isThere ? entry.map { Format.kind($0.kind) } ?? "directory (implied)" : ""
    }

    private func layerName(_ id: EntryID?) -> String { id.map { String($0.layer + 1) } ?? "" }

    private func attributes(_ old: Entry?, _ new: Entry?) -> [DetailLine] {
        let oldOnes = old?.extendedAttributes ?? []
        let newOnes = new?.extendedAttributes ?? []
        let names = Set((oldOnes + newOnes).map(\.name)).sorted { $0.lexicographicallyPrecedes($1) }
        return names.map { name in
            func value(_ list: [ExtendedAttribute]) -> String {
                list.first { $0.name == name }.map { EscapedText.of($0.value, limit: 64) } ?? ""
            }
            return .fact(EscapedText.of(name), old: value(oldOnes), new: value(newOnes))
        }
    }

    private func change(_ node: DiffTree.Node) -> String {
        guard node.isDirectory, node.counts.changed > 0 else { return node.change.word }
        let counts = Format.counts(node.counts, columns: .max).map(\.text).joined()
        return "\(node.change.word); with all in it: \(counts)"
    }

    private func shipping(_ node: DiffTree.Node, _ entry: Entry?, in files: FileTable) -> String {
        let cost =
            switch files.costs.state(of: files.current?.node ?? 0) {
            case .nothing: ""
            case .pending: ", not estimated yet"
            case .known(let cost): ", " + Format.cost(cost)
            }
        guard node.isInNew else {
            return node.peer == nil ? "nothing: the new image lacks it" : "a reference, where it is now"
        }
        if node.isDirectory { return "what is in it" + cost }
        switch node.change {
        case .unchanged: return "nothing: the old image holds it" + cost
        case .metadata: return "a changed header, no content" + cost
        case .moved: return "a reference to the old file" + cost
        case .modified where entry?.kind == .file: return "a patch against the old file" + cost
        case .added where entry?.kind == .file: return "new content, packed with its neighbours" + cost
        default: return "a header" + cost
        }
    }
}
