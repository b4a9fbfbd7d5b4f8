/// Which trees are compared.
public enum Scope: Hashable, Sendable {
    /// The whole images, all layers merged.
    case squashed
    /// The layers of one row of the alignment.
    case pair(Int)
}
