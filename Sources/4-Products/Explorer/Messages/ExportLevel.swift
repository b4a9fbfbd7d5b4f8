/// How much time an export may spend on a smaller package.
public enum ExportLevel: Hashable, Sendable, CaseIterable {
    case fast, standard, best

    /// What the level is called on the screen and on the command line.
    public var name: String {
        switch self {
        case .fast: "fast"
        case .standard: "default"
        case .best: "best"
        }
    }
}
