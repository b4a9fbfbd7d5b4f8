/// Why an image could not be read.
public enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The input holds no image.
    case notAnImage(source: String, reason: String)
    /// The input's bytes are damaged or not what they claim to be.
    case damaged(source: String, reason: String)
    /// A blob or file that the image needs is not there.
    case missing(source: String, name: String)
    /// A blob's content does not have its digest.
    case wrongDigest(source: String, name: String, expected: String, actual: String)
    /// The input holds several images or platforms.
    case ambiguous(source: String, option: String, choices: [String])
    /// The image or platform that was asked for is not there.
    case noMatch(source: String, wanted: String, choices: [String])
    /// A layer holds something that no layer may hold, or more than allowed.
    case badLayer(source: String, layer: String, reason: String)

    /// Whether the data is damaged, as opposed to the wrong input or option.
    public var isDamage: Bool {
        switch self {
        case .damaged, .missing, .wrongDigest, .badLayer: true
        case .notAnImage, .ambiguous, .noMatch: false
        }
    }

    public var description: String {
        switch self {
        case .notAnImage(let source, let reason): "'\(source)' is not an image archive: \(reason)"
        case .damaged(let source, let reason): "'\(source)' is damaged: \(reason)"
        case .missing(let source, let name): "'\(source)' is incomplete: '\(name)' is not in it"
        case .wrongDigest(let source, let name, let expected, let actual):
            "'\(source)' is damaged: '\(name)' should have digest \(expected), but has \(actual)"
        case .ambiguous(let source, let option, let choices):
            "'\(source)' holds several images; choose one with \(option): \(choices.joined(separator: ", "))"
        case .noMatch(let source, let wanted, let choices):
            "'\(source)' holds no \(wanted); it holds: \(choices.joined(separator: ", "))"
        case .badLayer(let source, let layer, let reason): "'\(source)' \(layer): \(reason)"
        }
    }
}
