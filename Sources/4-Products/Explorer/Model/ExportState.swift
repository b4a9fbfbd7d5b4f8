import Canvas

/// What the export dialog is filled in with, and how far an export has come; it outlives the dialog.
struct ExportState: Hashable, Sendable {
    var path: TextField
    var level = ExportLevel.standard
    var progress: ExportProgress?
    /// The level of the export that runs or ran last.
    var runningLevel = ExportLevel.standard
    /// Sizes of the packages that were made, by level.
    var sizes: [ExportLevel: UInt64] = [:]

    init(_ options: Options) { path = TextField(options.exportPath) }

    var request: ExportRequest { ExportRequest(path: path.text, level: level, overwrites: false) }

    /// Why the export cannot begin; nil if it can.
    var obstacle: String? {
        let name = path.text
        if name.isEmpty { return "the package needs a file name" }
        return name.hasSuffix("/") ? "'\(name)' is a directory: add a file name" : nil
    }

    /// Goes to the next level or the one before, wrapping around.
    mutating func chooseLevel(_ step: Int) {
        let all = ExportLevel.allCases
        guard let index = all.firstIndex(of: level) else { return }
        level = all[(index + step + all.count) % all.count]
    }
}
