import Bytes
import Canvas
import FileTree
import OCI

extension ExplorerModel {
    // MARK: - Lists in files

    /// The picks as a list.
    var pickList: PickList? { pickState.list ?? picks.map(list) }

    private func list(of picks: Picks) -> PickList {
        picks.selection.list(in: picks.ground.tree, oldImageID: imageID(.old), newImageID: imageID(.new))
    }

    private func imageID(_ side: Side) -> Digest? { sides[side]?.summary?.imageID }

    /// What makes a list of many picks, which takes longer than a frame; nil if nobody looks at it, or if it is there.
    var listTask: ScreenWork.Task? {
        guard isMakingPickList, screens.contains(where: { $0 is ExportScreen }), let picks else { return nil }
        return .list(picks, old: imageID(.old), new: imageID(.new))
    }

    /// Whether a list of the picks is not there, and takes longer than a frame.
    var isMakingPickList: Bool {
        guard let picks, pickState.list == nil else { return false }
        return options.isLong(picks.made.count, of: picks.ground.tree.nodes.count)
    }

    /// What writes the picks to a file; says why it cannot.
    mutating func pickFile(_ path: String) -> PickFileRequest? {
        guard let picks, let list = pickList else { return nil }
        guard list.isComplete else {
            say("these picks cannot be written: a path is too deep", isWarning: true)
            return nil
        }
        return PickFileRequest(path: path, bytes: list.bytes, revision: picks.revision)
    }

    mutating func take(_ list: PickList, from path: String) -> [Effect] {
        for (side, wanted) in [(Side.old, list.oldImageID), (.new, list.newImageID)] {
            guard let wanted, let actual = sides[side]?.summary?.imageID, wanted != actual else { continue }
            say(
                "'\(path)' is for another \(side == .old ? "old" : "new") image, \(wanted.short); this is \(actual.short)",
                isWarning: true)
            return []
        }
        guard preparePicks(), let ground = pickState.picks?.ground else { return [] }
        pickState.path = path
        // All paths are matched.
        return changePicks(of: ground.tree.nodes.count) { [glyphs] picks in
            list.replace(&picks, from: path, glyphs)
        }
    }
}

extension PickList {
    /// Makes what a list says the picks.
    ///
    /// - Parameters:
    ///   - picks: What is picked.
    ///   - path: The file that the list was read from.
    ///   - glyphs: What words are put on screen with.
    /// - Returns: What came of it, in words.
    fileprivate func replace(_ picks: inout Picks, from path: String, _ glyphs: Glyphs)
        -> ExplorerModel.Status
    {
        let ground = picks.ground
        let matches = matches(in: ground.tree) { ground.layer(of: $0).map { $0 + 1 } }
        let layers =
            rules.isEmpty ? Set(layers.map { $0 - 1 }.filter { ground.rowOfLayer[$0] != nil }) : []
        // A part of the configuration stands for all in it.
        let keys = ground.keys.filter { key in
            takenKeys.contains { $0 == "*" || $0 == key || key.hasPrefix($0 + " ") }
        }
        picks.replace(by: matches.nodes, layers: layers, keys: Set(keys))
        if !picks.isEmpty { picks.keep(picks.revision) }
        let vain = lines(inVain: matches.unmatched, of: ground)
        let told =
            picks.isEmpty
            ? "'\(path)' picks nothing of these images" : "picked \(picks.words) by '\(path)'"
        let overruled = picks.isEmpty ? [] : overruled(by: picks.made, in: ground.tree)
        return ExplorerModel.Status(
            text: told + Self.words(ofVain: vain) + Self.words(of: overruled, picks, glyphs),
            isWarning: picks.isEmpty || !vain.isEmpty || !overruled.isEmpty)
    }

    /// `; /usr/bin/perl is taken all the same: it is the same file as /usr/bin/perl5`.
    private static func words(of overruled: [Overruled], _ picks: Picks, _ glyphs: Glyphs) -> String {
        guard let first = overruled.first, let reason = picks.reason(of: first.node, glyphs) else {
            return ""
        }
        let path = "/" + Format.name(picks.ground.tree.path(of: first.node).bytes, glyphs)
        let count = overruled.reduce(0) { $0 + 1 + $1.moreCount }
        let rest = count > 1 ? " (and \(Format.grouped(count - 1)) more)" : ""
        return "; \(path) is taken all the same: it \(reason)\(rest)"
    }

    /// `; 5 lines match nothing: 'config Nix', '+ /nix/da' and 3 more`.
    private static func words(ofVain lines: [String]) -> String {
        guard !lines.isEmpty else { return "" }
        let quoted = lines.prefix(3).map { "'\($0)'" }
        let rest = lines.count - quoted.count
        let verb = lines.count == 1 ? "matches" : "match"
        return "; \(Format.count(lines.count, "line")) \(verb) nothing: \(quoted.joined(separator: ", "))"
            + (rest > 0 ? " and \(Format.grouped(rest)) more" : "")
    }

    /// The lines that pick nothing of some images, as they stand in a file: mistyped ones, most likely.
    ///
    /// - Parameters:
    ///   - unmatched: The rules that no change matches.
    ///   - ground: What can be picked.
    /// - Returns: The lines: keys, layers, then rules.
    private func lines(inVain unmatched: [Rule], of ground: PickGround) -> [String] {
        func text(_ list: PickList) -> String {
            let lines = list.bytes.split(separator: UInt8(ascii: "\n")).dropFirst()
            return EscapedText.line(String(decoding: lines.first ?? [], as: UTF8.self), limit: 100)
        }
        let keys = configKeys.filter { wanted in
            wanted != "*" && !ground.keys.contains { $0 == wanted || $0.hasPrefix(wanted + " ") }
        }
        let layers = layers.filter { ground.rowOfLayer[$0 - 1] == nil }.sorted()
        return keys.map { text(PickList(configKeys: [$0])) } + layers.map { text(PickList(layers: [$0])) }
            + unmatched.map { text(PickList(rules: [$0])) }
    }
}
