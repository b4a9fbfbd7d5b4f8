import Canvas
import FileFormats

/// What a program or library says of itself: over what is in it.
struct ProgramScreen: TextScreen {
    var scroll = ScrollOffset()
    var search: LineSearch?
    private let key: ContentKey
    private let path: String

    /// What is said by the file that is looked into.
    init(_ key: ContentKey, path: String) {
        self.key = key
        self.path = path
    }

    var context: Context { .program }
    var title: String { "Program" }

    func minimumColumns(_ dialogs: DialogView) -> Int { min(dialogs.innerColumns, 76) }

    func lines(_ model: ExplorerModel, _ dialogs: DialogView) -> [[Span]] {
        guard let program = model.contents[key]?.program else {
            return [[Span("\(model.spinner) reading", .dim)]]
        }
        return ProgramDetails(program: program, glyphs: model.glyphs).text(path).drawn(
            columns: dialogs.innerColumns, glyphs: model.glyphs)
    }
}
