/// Why there is no terminal to draw on.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The process has no controlling terminal.
    case noTerminal(path: String, reason: String)
    /// The terminal's type is not in the terminfo database or cannot move its cursor.
    case unknownType(String)
    /// The pipe that wakes the main loop cannot be made.
    case noPipe(reason: String)
    /// Waiting for input failed.
    case cannotWait(reason: String)

    /// One line for people.
    public var description: String {
        switch self {
        case .noTerminal(let path, let reason):
            "cannot open '\(path)': \(reason); 'silt diff' needs no terminal"
        case .unknownType(let type):
            "terminal type '\(type)' is unknown; try TERM=xterm-256color"
        case .noPipe(let reason): "cannot make a pipe: \(reason)"
        case .cannotWait(let reason): "cannot wait for input: \(reason)"
        }
    }
}
