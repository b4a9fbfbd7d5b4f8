import Canvas
import FileTree

/// What the preview is of: the row under the cursor.
enum Preview: Sendable {
    /// Nothing was listed yet.
    case nothing
    /// A directory, and the changes in it that cost most.
    case directory(node: Int, [Int])
    /// A package, and the changes in it that cost most.
    case package(Int, [Int])
    /// A file that is too large to be read at each step of the cursor.
    case large
    /// What has no content to look into.
    case other
    indirect case file(LookScreen)
}

extension ExplorerModel {
    /// Files up to this size are read as the cursor passes over them.
    private static let previewByteLimit: UInt64 = 16 << 20
    /// No preview has more rows.
    private static let previewChangeLimit = 60

    /// The explorer as if the preview was the whole screen, with a line of keys below it.
    func sized(for area: Rect) -> ExplorerModel {
        var other = self
        other.size = Size(rows: area.rows + 1, columns: area.columns)
        return other
    }

    /// Lets the preview follow the cursor.
    mutating func followPreview() -> [Effect] {
        let area = layout.preview
        guard area.rows > 0, screens.isEmpty, let files, let node = files.current?.node else {
            if area.rows == 0 || files?.current == nil {
                preview = .nothing
            } else if case .file(var shown) = preview, !screens.contains(where: { $0.extent == .whole }) {
                // Under a window it stays what it is, but for what is known of it by now.
                shown.refresh(sized(for: area))
                preview = .file(shown)
            }
            return []
        }
        if let group = files.current?.group {
            if case .package(group, _) = preview { return [] }
            let changes = files.costliestChanges(inGroup: group, limit: Self.previewChangeLimit)
            preview = .package(group, changes)
            return []
        }
        guard !files.tree.nodes[node].isDirectory else {
            if case .directory(node, _) = preview { return [] }
            preview = .directory(node: node, files.costliestChanges(in: node, limit: Self.previewChangeLimit))
            return []
        }
        guard let next = LookScreen(at: node, in: self) else {
            preview = .other
            return []
        }
        let entries = [
            next.key.old.flatMap(files.tree.oldEntry(at:)), next.key.new.flatMap(files.tree.newEntry(at:)),
        ]
        guard entries.allSatisfy({ ($0?.size ?? 0) <= Self.previewByteLimit }) else {
            preview = .large
            return []
        }
        var screen = next
        var effects: [Effect] = []
        if case .file(let shown) = preview, shown.node == node, shown.key == next.key {
            screen = shown
        } else {
            effects = read(next.key)
        }
        screen.refresh(sized(for: area))
        preview = .file(screen)
        return effects
    }
}
