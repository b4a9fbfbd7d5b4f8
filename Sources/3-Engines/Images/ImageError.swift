import Bytes
import Compression
public import OCI

/// Why an image could not be read.
public enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a request may raise for input that is to be trusted.
    public enum Bound: Sendable {
        /// How much an archive, or its layers together, may unpack to.
        case unpackedByteCount
        /// How much memory names and headers may take.
        case headerByteCount
    }

    /// What one of several images is chosen by.
    public enum Trait: Sendable {
        case name, platform
    }

    /// The input holds no image.
    case notAnImage(source: String, reason: String)
    /// The input's bytes are damaged or not what they claim to be.
    case damaged(source: String, reason: String)
    /// A blob or file that the image needs is not there; of which image, if there are several.
    case missing(source: String, name: String, image: String? = nil)
    /// Something that the image needs is named by an empty name; of which image, if there are several.
    case unnamed(source: String, what: String, image: String? = nil)
    /// The input is sound, but of a kind that cannot be read.
    case unsupported(source: String, reason: String)
    /// There is more of something than is allowed; `what` says of what, and `bound` what the user may raise, if anything.
    case tooLarge(source: String, what: String, limit: UInt64, bound: Bound?)
    /// A blob's content does not have its digest.
    case wrongDigest(source: String, name: String, expected: String, actual: String)
    /// The input holds several images or platforms, which differ in some trait.
    case ambiguous(source: String, by: Trait, choices: [ImageOption])
    /// The image or platform that was asked for is not there.
    case noMatch(source: String, wanted: String, choices: [String])
    /// A layer holds something that no layer may hold, or more than allowed.
    case badLayer(source: String, layer: String, reason: String)

    /// Whether the data is damaged, as opposed to the wrong input or option.
    public var isDamage: Bool {
        switch self {
        case .damaged, .missing, .unnamed, .wrongDigest, .badLayer: true
        case .notAnImage, .ambiguous, .noMatch, .unsupported, .tooLarge: false
        }
    }

    public var description: String {
        switch self {
        case .notAnImage(let source, let reason): "'\(source)' is not an image archive: \(reason)"
        case .damaged(let source, let reason): "'\(source)' is damaged: \(reason)"
        case .missing(let source, let name, let image):
            "'\(source)' is incomplete: '\(name)'\(image.map { " of \($0)" } ?? "") is not in it"
        case .unnamed(let source, let what, let image):
            "'\(source)' is damaged: 'manifest.json' has an empty name for \(what)\(image.map { " of \($0)" } ?? ""); "
                + "save the image again"
        case .unsupported(let source, let reason): "'\(source)' cannot be read: \(reason)"
        case .tooLarge(let source, let what, let limit, _):
            "'\(source)' is refused: \(what) more than \(ByteCount.text(limit)), far more than it should"
        case .wrongDigest(let source, let name, let expected, let actual):
            "'\(source)' is damaged: '\(name)' should have digest \(expected), but has \(actual)"
        case .ambiguous(let source, _, let choices):
            "'\(source)' holds several images: \(Self.listed(choices.map(\.label)))"
        case .noMatch(let source, let wanted, let choices):
            "'\(source)' holds no \(wanted); it holds: \(Self.listed(choices))"
        case .badLayer(let source, let layer, let reason): "'\(source)' \(layer): \(reason)"
        }
    }

    /// The first few of a list.
    private static func listed(_ choices: [String]) -> String {
        let shown = choices.prefix(10).joined(separator: ", ")
        return choices.count > 10 ? "\(shown), …" : shown
    }

    /// Whether other images of the same store may still be read.
    var isOfOneImage: Bool {
        switch self {
        case .missing, .unnamed, .unsupported: true
        default: false
        }
    }

    /// The same error with the image's name, where it helps to know it.
    func of(image: String) -> ImageError {
        switch self {
        case .missing(let source, let name, _): .missing(source: source, name: name, image: image)
        case .unnamed(let source, let what, _): .unnamed(source: source, what: what, image: image)
        default: self
        }
    }

    /// What starts with no tar header where an archive was expected; what was compressed is unpacked by then.
    static func noTar(_ start: [UInt8], source: String) -> ImageError {
        let reason =
            StreamFormat(start).map {
                "it is compressed twice, and what it unpacks to is \($0.rawValue) again: decompress it once first"
            } ?? StreamFormat.unreadable(start).map(otherCompression) ?? text(start)
        return .notAnImage(
            source: source, reason: reason ?? "it is neither a tar archive nor a folder of one")
    }

    /// What a text begins with, be it a server's page or message, or a pointer to what was not fetched; nil for what is
    /// none.
    private static func text(_ start: [UInt8]) -> String? {
        guard start.allSatisfy({ (0x20...0x7e).contains($0) || "\t\r\n".utf8.contains($0) }),
            let line = start.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }).first
        else { return nil }
        return "it is a text that begins with '\(EscapedText.of(line, limit: 60))'"
    }

    /// Why a compression is of no use.
    static func otherCompression(_ name: String) -> String {
        "it is compressed by \(name); gzip, zstd, xz and bzip2 are known, so unpack it or compress it by one of these"
    }

    /// A digest that cannot be computed.
    static func otherDigest(_ digest: String, source: String) -> ImageError {
        let algorithm = EscapedText.of(digest.utf8.prefix { $0 != UInt8(ascii: ":") }, limit: 40)
        return .unsupported(
            source: source,
            reason:
                "its digests are of \(algorithm), only sha256 is known; copy the image with a tool that makes those"
        )
    }

    /// Checks that a blob has the size that is stated for it, if one is.
    static func check(_ actual: UInt64, against descriptor: Descriptor, name: String, source: String) throws {
        guard actual == descriptor.size || !descriptor.hasSize else {
            throw ImageError.damaged(
                source: source,
                reason: "'\(name)' has \(actual) bytes, but its manifest says \(descriptor.size)")
        }
    }
}
