/// A number that is stored in four bytes, since there are hundreds of thousands of it: a place in a table or a count.
@propertyWrapper
public struct StoredSmall: Hashable, Sendable {
    private var stored: Int32

    /// The number; what four bytes cannot tell becomes the nearest that they can.
    public var wrappedValue: Int {
        get { Int(stored) }
        set { stored = Int32(clamping: newValue) }
    }

    /// A number.
    public init(wrappedValue: Int) { stored = Int32(clamping: wrappedValue) }
}
