import Bytes
import FileFormats
import FileTree
import OCI

extension ExplorerModel {
    /// What is under the cursor, where that is a file: of the tree, of what is looked into, or of an archive's list.
    var contentHere: (key: ContentKey, name: [UInt8])? {
        if let look = screens.last as? LookScreen { return look.contentHere(self) }
        guard files?.current?.group == nil, let node = files?.current?.node,
            let look = LookScreen(at: node, in: self)
        else {
            return nil
        }
        return look.contentHere(self)
    }

    /// Asks how a file is to be written out or shown, for a screen that is not on the stack while it takes a key.
    func outside(_ command: Command, showing look: LookScreen) -> Outcome {
        guard let here = look.contentHere(self) else { return .stay }
        return .push(Self.screen(command, here.key, name: here.name))
    }

    /// Asks how the file under the cursor is to be written out or shown.
    mutating func performOutside(_ command: Command) {
        guard let here = contentHere else { return }
        screens.append(Self.screen(command, here.key, name: here.name))
    }

    private static func screen(_ command: Command, _ key: ContentKey, name: [UInt8]) -> any Screen {
        let base = name.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
        // A name that is no text, or that a terminal would obey, is spelled with backslashes.
        let text = EscapedText.of(base)
        guard command == .writeOut else { return OutsideScreen(key: key, name: text) }
        return WriteScreen(ContentRequest(key: key, side: key.new == nil ? .old : .new, path: text))
    }

    // MARK: - Copying

    /// What there is to be copied of the row under the cursor.
    var copyItems: [CopyScreen.Item] {
        if focus == .files, let group = files?.currentGroup {
            return [CopyScreen.Item(label: "package", text: GroupView(group: group, glyphs: glyphs).title)]
                + createItem
        }
        if focus == .files, let files, let node = files.current?.node {
            return copyItems(of: node, path: nil)
        }
        switch layerRow {
        case .pair(let row):
            guard pairs.indices.contains(row) else { return [] }
            let pair = pairs[row]
            let digests = [
                ("old digest", pair.old.flatMap { layer(.old, $0) }?.digest),
                ("new digest", pair.new.flatMap { layer(.new, $0) }?.digest),
            ]
            let items = digests.compactMap { label, digest in
                digest.map { CopyScreen.Item(label: label, text: $0.description) }
            }
            // Of a layer that both images have nothing is shipped.
            guard pair.change != .same else { return items }
            return items + (pair.new.map { aloneItem("--layer \($0 + 1)") } ?? []) + createItem
        case .config:
            let ids = [("old id", Side.old), ("new id", .new)].compactMap { label, side in
                sides[side]?.summary.map { CopyScreen.Item(label: label, text: $0.imageID.description) }
            }
            return ids + (pickState.keys.isEmpty ? [] : aloneItem("--config '*'")) + createItem
        case .documents, nil: return []
        }
    }

    /// The command that makes a package of one thing alone.
    private func aloneItem(_ option: String) -> [CopyScreen.Item] {
        let command = CreateCommand(
            start: "\(options.createCommand) \(option)", output: unwrittenPath, level: export.level,
            picks: nil,
            picksPath: "")
        return command.text.map { [CopyScreen.Item(label: "this alone", text: $0)] } ?? []
    }

    /// What there is to be copied of what is looked into.
    func copyItems(of look: LookScreen) -> [CopyScreen.Item] {
        let key = look.contentHere(self)?.key
        return copyItems(
            of: look.node, path: key.map { look.path(to: $0, self) }, isMember: key?.inside.isEmpty == false)
    }

    private func copyItems(
        of index: Int, path other: [UInt8]?, isMember: Bool = false
    ) -> [CopyScreen.Item] {
        guard let files else { return [] }
        let tree = files.tree
        let node = tree.nodes[index]
        let path = tree.path(of: index)
        var items = [
            CopyScreen.Item(
                label: "path", text: Format.name(other ?? [UInt8(ascii: "/")] + path.bytes, glyphs))
        ]
        // Of a member nobody knows one; that of its archive would stand beside the member's path.
        let entries = [
            ("old digest", loneSide == .new ? nil : tree.oldEntry(node)),
            ("new digest", loneSide == .old ? nil : tree.newEntry(node)),
        ]
        for (label, entry) in entries where !isMember {
            if let digest = entry?.digestOfBytes {
                items.append(CopyScreen.Item(label: label, text: digest.description))
            }
        }
        if node.change != .unchanged, let pattern = PathPattern(matching: path),
            let text = String(validating: pattern.text, as: UTF8.self)
        {
            items += aloneItem("--pick \(ShellWord.quoted(text))")
        }
        return items + createItem
    }

    /// The dialog's file name, or the next one after it if a package of that name was exported: who pastes a command wants
    /// one more package.
    private var unwrittenPath: String {
        let path = export.path.text
        let end = path.hasSuffix(".silt") ? ".silt" : ""
        let stem = path.dropLast(end.count)
        var number = 1
        var proposed = path
        while export.writtenPaths.contains(proposed) {
            number += 1
            proposed = "\(stem)-\(number)\(end)"
        }
        return proposed
    }

    /// The command that makes the whole package.
    private var createItem: [CopyScreen.Item] {
        let command = CreateCommand(
            start: options.createCommand, output: unwrittenPath, level: export.level, picks: nil,
            picksPath: "")
        return command.text.map { [CopyScreen.Item(label: "all of it", text: $0)] } ?? []
    }
}

extension LookScreen {
    /// The member under the cursor of a list, or what is looked into.
    func contentHere(_ model: ExplorerModel) -> (key: ContentKey, name: [UInt8])? {
        if let members, case .member(let index) = members.current {
            let place = MemberPlace(parent: key, archive: members.diff, index: index)
            return place.row.isFile ? (place.key, place.row.step.name) : nil
        }
        return (key, path(to: key, model))
    }
}
