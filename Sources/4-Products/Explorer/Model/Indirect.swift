/// A property that lies outside of the value that has it, which then is small to copy; a value all the same: who copied it
/// before sees none of its changes.
///
/// Whatever holds a large value by itself, as views hold the model, makes the compiler write out how to copy, assign and
/// destroy all its fields once more: that was two fifths of this module's code, and a fifth of the time to build it.
@propertyWrapper
struct Indirect<Value: Sendable>: Sendable {
    /// An array of one: it knows how to copy on write.
    private var storage: [Value]

    init(wrappedValue: Value) { storage = [wrappedValue] }

    var wrappedValue: Value {
        _read { yield storage[0] }
        _modify { yield &storage[0] }
    }
}
