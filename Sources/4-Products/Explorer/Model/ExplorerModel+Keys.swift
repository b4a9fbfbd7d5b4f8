import Canvas

/// Keys as sentences and hints name them: as they are in the settings, not as they come.
extension ExplorerModel {
    /// The first binding of a command in a place.
    func binding(for command: Command, in place: Context) -> Binding? {
        bindings.first { $0.contexts.contains(place) && $0.command == command }
    }

    /// How a sentence calls the key of a command.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - place: Where the key is pressed; nil for where the keys are.
    /// - Returns: The label of its first key; `:` and its name, as the palette takes it, if others have taken all its keys.
    func key(_ command: Command, in place: Context? = nil) -> String {
        binding(for: command, in: place ?? context)?.keys.first?.label ?? ":" + command.name
    }

    /// A key and what it does, which can be pressed with the mouse; empty if the command has none.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - text: What it does.
    ///   - place: Where the key is pressed.
    ///   - role: How the text looks.
    /// - Returns: The key and the text.
    func hint(_ command: Command, _ text: String, in place: Context = .files, _ role: Role = .footer)
        -> [Span]
    {
        guard let key = binding(for: command, in: place)?.keys.first else { return [] }
        return [Span(key.label, .key, target: .key(key)), Span(" " + text, role, target: .key(key))]
    }
}
