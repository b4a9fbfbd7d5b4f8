/// Why a recipe cannot be read or followed.
public enum DeltaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are no recipe, or damaged.
    case damaged(String)
    /// The recipe is of a version that this program does not know.
    case unknownVersion(Int)

    public var description: String {
        switch self {
        case .damaged(let reason): "recipe is damaged: \(reason)"
        case .unknownVersion(let version):
            "recipe has format version \(version), this program knows \(RecipeFormat.version); a newer silt is needed"
        }
    }
}
