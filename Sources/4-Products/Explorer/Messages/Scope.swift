/// Which trees are compared.
public enum Scope: Hashable, Sendable {
    /// The whole images, all layers merged.
    case squashed
    /// The layers of one row of the alignment.
    case pair(Int)
    /// One image alone, all its layers merged, while the other one is still read.
    case side(Side)
}
