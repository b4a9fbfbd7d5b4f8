import Canvas

/// What leaves nothing to show.
struct FailureScreen: Screen {
    let text: String

    var context: Context { .failure }

    mutating func perform(_ command: Command, in model: inout ExplorerModel) -> Outcome {
        .stay
    }

    func draw(on frame: inout Frame, model: ExplorerModel) {
        let dialogs = DialogView(model)
        let lines = dialogs.wrap(Format.line(text, model.glyphs)).map { [Span($0, .error)] }
        dialogs.draw("silt cannot go on", lines, context, on: &frame)
    }
}
