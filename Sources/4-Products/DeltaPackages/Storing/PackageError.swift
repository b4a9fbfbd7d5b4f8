import Bytes
import Delta

/// Why a delta package could not be made or applied.
public enum PackageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is no delta package.
    case notAPackage(path: String, reason: String)
    /// The package's bytes are damaged.
    case damaged(path: String, reason: String)
    /// The package has another version of the format.
    case unknownVersion(path: String, version: String)
    /// The package has recipes of another version.
    case unknownRecipeVersion(path: String, version: Int)
    /// The package needs things that this version does not know.
    case unknownNeeds(path: String, needs: [String])
    /// The new image is larger than the receiver wants.
    case tooLarge(path: String, byteCount: UInt64, limit: UInt64)
    /// The package holds several deltas, and more than one of them is meant.
    case ambiguous(path: String, choices: [String])
    /// The package makes no image of that name or id.
    case noSuchImage(path: String, wanted: String, choices: [String])
    /// The image given as the old one is not the one the package was made from.
    case wrongOldImage(path: String, image: String, missing: [String])
    /// The image given as the old one is what the package makes.
    case alreadyNew(path: String, image: String)
    /// The package was made from several images, and options chose some of what is there.
    case onlySomeOldImages(path: String, image: String, options: [String])
    /// What was made is not what it should be.
    case wrongResult(what: String, expected: String, actual: String)
    /// The old image holds layers compressed in another way than the package needs them, which brings nothing that makes up
    /// for that: it was made for receivers that hold them as they were, or describing them would have taken many bytes.
    case otherCompression(layers: [Int], image: String)
    /// The old image's layers are not there in the form that the package takes its tokens of.
    case needsOldBlobs(layers: [Int], image: String)
    /// An output format that the package cannot give.
    case noSuchOutput(reason: String)

    /// Whether data is damaged, as opposed to the wrong input or option.
    public var isDamage: Bool {
        switch self {
        case .damaged, .wrongResult: true
        case .notAPackage, .unknownVersion, .unknownRecipeVersion, .unknownNeeds, .tooLarge, .ambiguous,
            .noSuchImage, .wrongOldImage, .alreadyNew, .onlySomeOldImages, .otherCompression, .needsOldBlobs,
            .noSuchOutput:
            false
        }
    }

    public var description: String {
        switch self {
        case .notAPackage(let path, let reason): "'\(path)' is not a delta package: \(reason)"
        case .damaged(let path, let reason): "'\(path)' is damaged: \(reason)"
        case .unknownVersion(let path, let version):
            "'\(path)' \(Self.otherVersion("format", version, known: DeltaDocument.formatVersion))"
        case .unknownRecipeVersion(let path, let version):
            "'\(path)' \(Self.otherVersion("recipe format", "\(version)", known: RecipeFormat.version))"
        case .unknownNeeds(let path, let needs):
            "'\(path)': \(Self.listed(needs)), which this version does not know; a newer silt is needed"
        case .tooLarge(let path, let byteCount, let limit):
            "'\(path)' makes an image of \(ByteCount.grouped(byteCount)) bytes, more than the "
                + "\(ByteCount.grouped(limit)) that are allowed"
        case .ambiguous(let path, let choices):
            "'\(path)' holds several deltas, choose the new image by name or id: \(Self.listed(choices))"
        case .noSuchImage(let path, let wanted, let choices):
            "'\(path)' makes no image '\(EscapedText.of(wanted.utf8, limit: 100))'; it makes: \(Self.listed(choices))"
        case .wrongOldImage(let path, let image, let missing):
            "'\(image)' is not the old image of '\(path)': \(Self.listed(missing)) "
                + (missing.count == 1 ? "is missing" : "are missing")
        case .alreadyNew(let path, let image):
            "'\(image)' is the new image of '\(path)' already: there is nothing to apply"
        case .onlySomeOldImages(let path, let image, let options):
            "'\(path)' was made from several images, and \(options.joined(separator: " and ")) left out some of "
                + "'\(image)': apply it without, and choose what it makes by --new-image"
        case .wrongResult(let what, let expected, let actual):
            "\(what) came out as \(actual) instead of \(expected)"
        case .otherCompression(let layers, let image):
            "'\(image)' holds \(Self.numbered(layers)) compressed differently than the image the package was made "
                + "from, and the package does not tell how to compress \(layers.count == 1 ? "it" : "them") so again"
        case .needsOldBlobs(let layers, let image):
            "\(Self.numbered(layers)) can only be compressed again with the old image's compressed layers at hand, "
                + "which '\(image)' does not hold as they were"
        case .noSuchOutput(let reason): reason
        }
    }

    /// Who made a package, in words.
    private static func otherVersion(_ what: String, _ version: String, known: Int) -> String {
        let help = Int(version).map { $0 > known ? "a newer silt is needed" : "make it anew" }
        return "was made by another version of silt (\(what) \(version), this one reads \(known))"
            + (help.map { "; \($0)" } ?? "")
    }

    /// Layers by their numbers, from 1.
    private static func numbered(_ layers: [Int]) -> String {
        (layers.count == 1 ? "layer " : "layers ") + listed(layers.map(String.init))
    }

    /// The first few of a list.
    private static func listed(_ items: [String]) -> String {
        let shown = items.prefix(8).joined(separator: ", ")
        return items.count > 8 ? "\(shown) and \(items.count - 8) more" : shown
    }
}
