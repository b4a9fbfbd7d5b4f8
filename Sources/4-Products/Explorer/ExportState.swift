import Canvas

/// The export dialog's fields and how far an export has come.
struct ExportState: Hashable, Sendable {
    enum Field: Hashable, Sendable {
        case path, level
    }

    var path: TextField
    var level = ExportLevel.standard
    var focus = Field.path
    var progress: ExportProgress?
    /// Whether the end of a cancelled export is waited for.
    var isCancelling = false

    init(_ options: Options) { path = TextField(options.exportPath) }

    var request: ExportRequest { ExportRequest(path: path.text, level: level, overwrites: false) }

    /// Why the export cannot begin; nil if it can.
    var obstacle: String? {
        let name = path.text
        if name.isEmpty { return "the package needs a file name" }
        return name.hasSuffix("/") ? "'\(name)' is a directory: add a file name" : nil
    }

    mutating func press(_ key: Key) {
        switch (focus, key) {
        case (.path, _): _ = path.press(key)
        case (.level, .left), (.level, "h"): chooseLevel(-1)
        case (.level, .right), (.level, "l"), (.level, " "): chooseLevel(1)
        default: break
        }
    }

    private mutating func chooseLevel(_ step: Int) {
        let all = ExportLevel.allCases
        let count = all.count
        guard let index = all.firstIndex(of: level) else { return }
        level = all[(index + step + count) % count]
    }
}
