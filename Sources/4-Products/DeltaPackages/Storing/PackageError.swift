/// Why a delta package could not be made or applied.
public enum PackageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is no delta package.
    case notAPackage(path: String, reason: String)
    /// The package's bytes are damaged.
    case damaged(path: String, reason: String)
    /// The package was made by a newer program.
    case unknownVersion(path: String, version: Int)
    /// The image given as the old one is not the one the package was made from.
    case wrongOldImage(path: String, image: String, missing: [String])
    /// What was made is not what it should be.
    case wrongResult(what: String, expected: String, actual: String)
    /// The old image holds a layer compressed in another way, which the package cannot make up for.
    case otherCompression(layer: Int, image: String)
    /// An output format that the package cannot give.
    case noSuchOutput(reason: String)

    /// Whether data is damaged, as opposed to the wrong input or option.
    public var isDamage: Bool {
        switch self {
        case .damaged, .wrongResult: true
        case .notAPackage, .unknownVersion, .wrongOldImage, .otherCompression, .noSuchOutput: false
        }
    }

    public var description: String {
        switch self {
        case .notAPackage(let path, let reason): "'\(path)' is not a delta package: \(reason)"
        case .damaged(let path, let reason): "'\(path)' is damaged: \(reason)"
        case .unknownVersion(let path, let version):
            "'\(path)' has format version \(version), this program knows \(DeltaDocument.formatVersion); "
                + "a newer silt is needed"
        case .wrongOldImage(let path, let image, let missing):
            "'\(image)' is not the old image of '\(path)': \(Self.listed(missing)) "
                + (missing.count == 1 ? "is missing" : "are missing")
        case .wrongResult(let what, let expected, let actual):
            "\(what) came out as \(actual) instead of \(expected)"
        case .otherCompression(let layer, let image):
            "layer \(layer) of '\(image)' is compressed differently than in the image the package was made from; "
                + "--output-format docker makes the same image with uncompressed layers"
        case .noSuchOutput(let reason): reason
        }
    }

    /// The first few of a list.
    private static func listed(_ items: [String]) -> String {
        let shown = items.prefix(8).joined(separator: ", ")
        return items.count > 8 ? "\(shown) and \(items.count - 8) more" : shown
    }
}
