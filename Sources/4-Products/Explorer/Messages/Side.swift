/// Which of the two images.
public enum Side: Hashable, Sendable, CaseIterable {
    case old, new
}
