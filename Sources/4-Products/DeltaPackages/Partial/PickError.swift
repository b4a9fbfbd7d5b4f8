/// Why picks make no image.
public enum PickError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nothing that changed is picked, by these patterns or by none.
    case nothingPicked(patterns: [String])
    /// The list of picks was made for another pair of images.
    case otherImages(side: String, expected: String, actual: String)
    /// The new image has no such layer.
    case noSuchLayer(number: Int, count: Int)
    /// The configurations do not differ in that key, or it cannot be picked.
    case noSuchKey(key: String, choices: [String])

    public var description: String {
        switch self {
        case .nothingPicked(let patterns):
            "nothing is picked: no change matches"
                + (patterns.isEmpty ? "" : " " + patterns.prefix(3).map { "'\($0)'" }.joined(separator: ", "))
                + (patterns.count > 3 ? " and \(patterns.count - 3) more" : "")
        case .otherImages(let side, let expected, let actual):
            "the list of picks is for another \(side) image, \(expected); this is \(actual)"
        case .noSuchLayer(let number, let count): "there is no layer \(number): the new image has \(count)"
        case .noSuchKey(let key, let choices):
            "'\(key)' cannot be picked of the configuration; what can: "
                + (choices.isEmpty ? "nothing, its values are the same" : choices.joined(separator: ", "))
        }
    }
}
