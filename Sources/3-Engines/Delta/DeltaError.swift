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
            "the recipe was made by another version of silt (recipe format \(version), this one reads \(RecipeFormat.version))"
        }
    }
}
