/// Why there is no terminal to draw on.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The process has no controlling terminal.
    case noTerminal(path: String, reason: String)
    /// Neither the terminal's type nor a similar one is in the terminfo database.
    case unknownType(String)
    /// The terminal cannot move its cursor.
    case tooPoor(String)
    /// Curses cannot use the terminal.
    case cannotOpen(type: String)
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
            "terminal type '\(type)' is unknown; try TERM=xterm-256color, or 'silt diff', which needs no terminal"
        case .tooPoor(let type):
            "a terminal of type '\(type)' cannot move its cursor; 'silt diff' shows the changes without"
        case .cannotOpen(let type): "cannot use a terminal of type '\(type)'; 'silt diff' needs none"
        case .noPipe(let reason): "cannot make a pipe: \(reason)"
        case .cannotWait(let reason): "cannot wait for input: \(reason)"
        }
    }
}
