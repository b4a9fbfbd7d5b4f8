/// A key as it reaches the program.
public enum Key: Hashable, Sendable {
    /// A character that prints.
    case character(Character)
    /// A letter with the control key, lower case.
    case control(Character)
    case enter, tab, backTab, escape, backspace, delete, insert
    case up, down, left, right, home, end, pageUp, pageDown
    /// F1 and up.
    case function(Int)
}

/// What a mouse did over a cell.
public struct MouseEvent: Hashable, Sendable {
    /// Which button or wheel did what.
    public enum Action: Hashable, Sendable {
        case click, doubleClick, wheelUp, wheelDown
    }

    /// What happened.
    public let action: Action
    /// Where the pointer was.
    public let point: Point

    /// An event at that place.
    public init(_ action: Action, at point: Point) {
        self.action = action
        self.point = point
    }
}

/// What reaches the program from outside while it waits.
public enum Input: Hashable, Sendable {
    /// A key was pressed.
    case key(Key)
    /// The mouse was used.
    case mouse(MouseEvent)
    /// Text was pasted: nothing in it is a key.
    case paste(String)
    /// The terminal told whether its ground is light.
    case ground(isLight: Bool)
    /// The terminal has another size now, or its picture has to be drawn again.
    case resize(Size)
    /// Somebody asked the program to end (SIGTERM, SIGHUP, SIGINT).
    case terminate
}
