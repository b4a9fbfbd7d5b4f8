import Canvas

/// Something that is done only after a yes.
struct QuestionScreen: Screen {
    enum Question: Hashable, Sendable {
        /// Whether an existing file may be replaced.
        case overwrite(ExportRequest)
        /// Whether an existing file may be replaced by a list of picks.
        case overwritePicks(PickFileRequest)
        /// Whether an existing file may be replaced by one side of a file of the images.
        case overwriteContent(ContentRequest)
        /// Whether a running export may be cancelled by quitting.
        case quit
        /// Whether a running export may be cancelled.
        case stop
        /// Whether picks may be lost by quitting.
        case leave
    }

    let question: Question

    var context: Context {
        switch question {
        case .overwrite, .overwritePicks, .overwriteContent: .overwrite
        case .leave: .leaving
        case .quit: .quitting
        case .stop: .stopping
        }
    }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        switch (question, command) {
        case (.overwrite(var request), .confirm):
            request.overwrites = true
            return model.startExport(request)
        case (.overwrite, .cancel):
            model.export.error = "the file is there already: choose another name"
            return .replace(ExportScreen())
        case (.overwritePicks(var request), .confirm):
            request.overwrites = true
            return Outcome(step: .close, effects: [.savePicks(request)])
        case (.overwritePicks(let request), .cancel):
            return .replace(PicksFileScreen(.savePicks, path: request.path))
        case (.overwriteContent(var request), .confirm):
            request.overwrites = true
            return Outcome(step: .close, effects: [.write(request)])
        case (.overwriteContent(let request), .cancel): return .replace(WriteScreen(request))
        case (.leave, .quit): return Outcome(step: .close, effects: [.quit])
        case (.leave, .export): return .replace(ExportScreen())
        case (.leave, .savePicks): return .replace(PicksFileScreen(.savePicks, path: model.picksPath))
        case (.stop, .confirm):
            model.export.isCancelling = true
            return Outcome(step: .close, effects: [.cancelExport])
        case (.quit, .confirm), (.quit, .quit): return Outcome(step: .close, effects: [.cancelExport, .quit])
        case (_, .cancel): return .close
        default: return .stay
        }
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let title: String
        let text: String
        switch question {
        case .overwrite(let request):
            title = "Replace the file?"
            text = "'\(Format.text(request.path, model.glyphs))' is there already. Replace it?"
        case .overwritePicks(let request):
            title = "Replace the file?"
            text = "'\(Format.text(request.path, model.glyphs))' is there already. Replace it?"
        case .overwriteContent(let request):
            title = "Replace the file?"
            text = "'\(Format.text(request.path, model.glyphs))' is there already. Replace it?"
        case .leave:
            title = "Quit?"
            text =
                "Neither exported nor written to a file: \(model.picks?.words ?? "the picks"). Quit all the same?"
        case .stop:
            title = "Stop the export?"
            text = "The export is not finished. Stop it? Nothing will be written."
        case .quit:
            title = "Quit?"
            text = "The export is not finished. Cancel it and quit? Nothing will be written."
        }
        dialogs.draw(title, dialogs.wrap(text).map { [Span($0, .warning)] }, context, on: &frame)
    }
}
