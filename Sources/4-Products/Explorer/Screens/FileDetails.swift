import Bytes
import Canvas
import FileTree

/// What is told about a file.
struct FileDetails {
    let model: ExplorerModel
    let files: FileTable
    let index: Int

    /// More attributes than anybody reads are counted instead of listed.
    private static let attributeLimit = 200

    private var tree: DiffTree { files.tree }

    func text() -> DetailText {
        let node = tree.nodes[index]
        let old = tree.oldEntry(node)
        let new = tree.newEntry(node)
        let path = "/" + Format.name(tree.path(of: index).bytes, model.glyphs)
        func fact(_ label: String, _ value: (Entry) -> String?) -> DetailLine {
            .fact(label, old: old.flatMap(value), new: new.flatMap(value))
        }
        func rare(_ label: String, _ value: (Entry) -> String?) -> [DetailLine] {
            let line = fact(label, value)
            return line == .fact(label, old: nil, new: nil) ? [] : [line]
        }
        var lines: [DetailLine] = [
            .heading(path, node.change),
            .fact("type", old: kind(old, node.isInOld), new: kind(new, node.isInNew)),
            fact("mode") { "\(Format.mode($0))  \(String($0.mode, radix: 8))" },
            fact("owner") { "\($0.uid):\($0.gid)" },
            fact("time") { Format.time($0.modified, seconds: true) },
        ]
        lines += rare("size") { $0.kind == .file ? ByteCount.grouped($0.size) + " B" : nil }
        lines += rare("link to") { $0.linkTarget.isEmpty ? nil : Format.name($0.linkTarget, model.glyphs) }
        lines += rare("device") {
            $0.kind == .characterDevice || $0.kind == .blockDevice
                ? "\($0.deviceMajor), \($0.deviceMinor)" : nil
        }
        lines += rare("digest") { $0.digestOfBytes?.description }
        lines += attributes(old, new)
        lines.append(.fact("layer", old: layerName(node.old), new: layerName(node.new)))
        if node.isDirectory {
            lines.append(
                .fact(
                    "holds", old: node.isInOld ? ByteCount.grouped(node.oldByteCount) + " B" : nil,
                    new: node.isInNew ? ByteCount.grouped(node.newByteCount) + " B" : nil))
        }
        lines += [.note("change", change(node, old, new)), .note("ships as", shipping(node, new))]
        if let picks = model.picks, let place = files.pickPlace(of: index), picks.made.contains(place) {
            lines.append(
                .note("picked", picks.reason(of: place, model.glyphs).map { "no, but it \($0)" } ?? "yes"))
        }
        if let place = files.pickPlace(of: index) {
            for warning in model.pickWarnings where warning.node == place {
                lines.append(.note("warning", Format.line(warning.text(in: files.tree), model.glyphs)))
            }
        }
        if let peer = node.peer {
            let path = "/" + Format.name(tree.path(of: peer).bytes, model.glyphs)
            lines.append(.note(node.isInNew ? "moved from" : "moved to", path))
        }
        return DetailText(title: title(node, new ?? old), lines: lines, copied: path)
    }

    /// The same in one line: the path, how it ships, where it is, what of its metadata differs.
    var line: (name: String, facts: [Span]) {
        let node = tree.nodes[index]
        let (old, new) = (tree.oldEntry(node), tree.newEntry(node))
        let path = "/" + Format.name(tree.path(of: index).bytes, model.glyphs)
        let role = Format.role(node.change)
        var facts = model.loneSide == nil ? [Span("  \(node.change.word)", role)] : []
        if node.isDirectory, node.change == .unchanged, node.countsBelow.changed > 0 {
            facts =
                [Span("  in it", .dim)] + Format.counts(node.countsBelow).map { Span(" " + $0.text, $0.role) }
        }
        if let picks = model.picks,
            let reason = files.pickPlace(of: index).flatMap({ picks.reason(of: $0, model.glyphs) })
        {
            facts.append(Span("  comes along: \(reason)", .key))
        }
        for warning in model.warningsHere {
            facts.append(Span("  ! \(warning.shortText): R", .warning))
        }
        switch files.costs.state(of: index, isFinal: model.isCostFinal) {
        case .known(let cost): facts.append(Span("  ships \(Format.cost(cost, model.glyphs))"))
        case .nothing, .pending, .withLayer: break
        }
        if let id = node.new ?? node.old { facts.append(Span("  layer \(id.layer + 1)", .dim)) }
        if let fields = Format.metadata(old, new) {
            facts.append(Span("  \(model.glyphs.differs) \(fields)", .metadata))
        }
        return (path, facts)
    }

    private func title(_ node: DiffTree.Node, _ entry: Entry?) -> String {
        let kind = entry.map { Format.kind($0.kind) } ?? "directory"
        return kind.prefix(1).uppercased() + kind.dropFirst()
    }

    private func kind(_ entry: Entry?, _ isThere: Bool) -> String? {
        isThere ? entry.map { Format.kind($0.kind) } ?? "directory (implied)" : nil
    }

    private func layerName(_ id: EntryID?) -> String? { id.map { String($0.layer + 1) } }

    private func attributes(_ old: Entry?, _ new: Entry?) -> [DetailLine] {
        func table(_ entry: Entry?) -> [[UInt8]: [UInt8]] {
            // Of a name that is there twice, the first counts.
            Dictionary((entry?.extendedAttributes ?? []).map { ($0.name, $0.value) }) { first, _ in first }
        }
        let oldOnes = table(old)
        let newOnes = table(new)
        let names = Set(oldOnes.keys).union(newOnes.keys).sorted { $0.lexicographicallyPrecedes($1) }
        func value(_ table: [[UInt8]: [UInt8]], _ name: [UInt8]) -> String? {
            table[name].map { Format.name($0, model.glyphs, limit: 64) }
        }
        var lines = names.prefix(Self.attributeLimit).map { name in
            DetailLine.fact(
                Format.name(name, model.glyphs, limit: 64), old: value(oldOnes, name),
                new: value(newOnes, name))
        }
        if names.count > Self.attributeLimit {
            let rest = names.dropFirst(Self.attributeLimit)
            let differing = rest.count { oldOnes[$0] != newOnes[$0] }
            lines.append(
                .note(
                    "attributes",
                    "\(Format.grouped(rest.count)) more, of which \(Format.grouped(differing)) differ"))
        }
        return lines
    }

    private func change(_ node: DiffTree.Node, _ old: Entry?, _ new: Entry?) -> String {
        var text = node.change.word
        if let fields = Format.metadata(old, new), node.change != .moved { text += ": \(fields)" }
        let counts = node.countsBelow
        guard node.isDirectory, counts.changed > 0 else { return text }
        return "\(text); in it: \(Format.counts(counts).map(\.text).joined(separator: " "))"
    }

    private func shipping(_ node: DiffTree.Node, _ entry: Entry?) -> String {
        let cost: String
        switch files.costs.state(of: index, isFinal: model.isCostFinal) {
        case .nothing: cost = ""
        case .pending: cost = model.unknownCost.map { ", \($0)" } ?? ""
        case .withLayer: return "a part of its layer, which is shipped whole"
        case .known(let figure): cost = ", " + Format.cost(figure, model.glyphs)
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
        case .added where node.new.flatMap { model.ancestors[$0] } != nil:
            let ancestor = node.new.flatMap { model.ancestors[$0] }.flatMap(files.tree.oldEntry(at:))
            let path = "/" + Format.name(ancestor?.path.bytes ?? [], model.glyphs)
            return "a patch against \(path)" + cost
        case .added where entry?.kind == .file: return "new content, packed with its neighbours" + cost
        default: return "a header" + cost
        }
    }
}
