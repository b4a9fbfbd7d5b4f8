import ArgumentParser

/// A command that works in the background and stops when its task is cancelled.
///
/// Its parsed arguments are `Sendable`, so that they are parsed once, on the main thread, and run on another.
protocol CancellableCommand: AsyncParsableCommand, Sendable {}

/// A command that shows the explorer: it runs on the main thread, which waits for keys, and handles signals itself.
protocol TerminalCommand: ParsableCommand {}

extension CancellableCommand {
    /// Refuses a name of no letters, such as a script's variable that was never set.
    ///
    /// - Parameters:
    ///   - name: The name of a file to write.
    ///   - option: The option that takes it.
    /// - Throws: `ValidationError` if it is empty.
    static func check(name: String, of option: String) throws {
        guard !name.isEmpty else {
            throw ValidationError("the name after \(option) is empty: it takes the file to write")
        }
    }
}
