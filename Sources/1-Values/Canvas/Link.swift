/// A place on the screen that can be pressed with the mouse.
public struct Link: Hashable, Sendable {
    /// What a press does.
    public enum Target: Hashable, Sendable {
        /// The same as a key.
        case key(Key)
        /// Chooses one of several things that stand side by side or one above the other, by its number.
        case item(Int)
        /// Nothing: what lies under it cannot be pressed.
        case nothing
    }

    /// Where it is.
    public let area: Rect
    /// What pressing it does.
    public let target: Target

    /// A place that does something.
    public init(area: Rect, target: Target) {
        self.area = area
        self.target = target
    }
}
