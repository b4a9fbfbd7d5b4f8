import Canvas
import FileTree

/// What the export dialog is filled in with, the export that runs, and what the last one made.
struct ExportState: Hashable, Sendable {
    var path: TextField
    var level = ExportLevel.standard
    /// What is exported now; nil if nothing is.
    var running: ExportRequest?
    var progress: ExportProgress?
    /// Whether the end of a cancelled export is waited for.
    var isCancelling = false
    /// Why the last export failed; the dialog shows it until the file's name changes.
    var error: String?
    /// What the last export made.
    var result: ExportResult?
    /// The names of all packages that were made.
    var writtenPaths: Set<String> = []
    /// The file name that it was asked for how much room there is.
    var roomPath: String?
    /// How many bytes there is room for under that name; nil if it is not known.
    var freeByteCount: UInt64?
    /// How the last export ended, until somebody has taken note.
    var notice: Notice?
    /// Sizes of the packages that were made, by level.
    var sizes: [ExportLevel: UInt64] = [:]

    /// How an export ended.
    enum Notice: Hashable, Sendable {
        case done, failed
    }

    init(_ options: Options) { path = TextField(options.exportPath) }

    /// What is asked for by the dialog's fields.
    ///
    /// - Parameter picks: What is picked; nil for all.
    /// - Returns: The request.
    func request(_ picks: PickSelection?) -> ExportRequest {
        ExportRequest(path: path.text, level: level, overwrites: false, picks: picks)
    }

    /// Why the export cannot begin; nil if it can.
    var obstacle: String? {
        let name = path.text
        if name.isEmpty { return "the package needs a file name" }
        return name.hasSuffix("/") ? "'\(name)' is a directory: add a file name" : nil
    }

    mutating func begin(_ request: ExportRequest) {
        running = request
        progress = nil
        isCancelling = false
        error = nil
        notice = nil
    }

    mutating func end() {
        running = nil
        progress = nil
        isCancelling = false
    }

    /// Goes to the next level or the one before, wrapping around.
    mutating func chooseLevel(_ step: Int) {
        let all = ExportLevel.allCases
        guard let index = all.firstIndex(of: level) else { return }
        level = all[(index + step + all.count) % all.count]
    }
}
