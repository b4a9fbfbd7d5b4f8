import ArgumentParser

/// A command that works in the background and stops when its task is cancelled.
///
/// Its parsed arguments are `Sendable`, so that they are parsed once, on the main thread, and run on another.
protocol CancellableCommand: AsyncParsableCommand, Sendable {}

/// A command that shows the explorer: it runs on the main thread, which waits for keys, and handles signals itself.
protocol TerminalCommand: ParsableCommand {}
