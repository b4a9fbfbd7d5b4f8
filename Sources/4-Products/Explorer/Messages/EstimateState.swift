/// What the background work on the costs is doing.
public enum EstimateState: Hashable, Sendable {
    /// Nothing yet: the images are being read or compared.
    case waiting
    /// Finding out which layers belong together.
    case pairing(done: Int, of: Int)
    /// Guessing the costs of layers; `done` of them have a guess.
    case guessing(done: Int, of: Int)
    /// Finding out how the blobs of compressed layers can be rebuilt: so much of it is done.
    case probing(percent: Int)
    /// Finding out what a pull of the new image takes.
    case pulling
    /// Computing the costs of layers; `done` of them are exact. `left` is nil as long as nobody can tell.
    case exact(done: Int, of: Int, left: Duration?)
    /// An export has the processors; the estimates go on after it.
    case paused
    /// Every figure is exact.
    case done
    /// The estimates ended early; the text says why.
    case failed(String)

    /// Whether figures still become better by themselves.
    public var isRunning: Bool {
        switch self {
        case .waiting, .pairing, .guessing, .probing, .pulling, .exact: true
        case .paused, .done, .failed: false
        }
    }
}
