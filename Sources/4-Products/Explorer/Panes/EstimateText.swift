import Canvas

/// What the estimates do, in words.
struct EstimateText {
    let state: EstimateState
    let isAligned: Bool
    let glyphs: Glyphs

    /// Words that say the same, the longest first; empty once every figure is exact.
    var texts: [String] {
        switch state {
        case .waiting: return isAligned ? ["comparing"] : []
        case .pairing(let done, let all):
            return ["pairing layers \(done) of \(all)", "pairing \(done)/\(all)"]
        case .guessing(let done, let all):
            return ["guessing \(done) of \(Format.count(all, "layer"))", "guessing \(done)/\(all)"]
        case .probing(let percent): return ["probing compressed layers \(percent)%", "probing \(percent)%"]
        case .pulling: return ["finding out what a pull takes", "measuring a pull"]
        case .exact(_, 0, _): return []
        case .exact(let done, let all, let left):
            let count = "exact \(done) of \(all)"
            return (left.map { ["\(count), \(Format.remaining($0)) left"] } ?? []) + [
                count, "exact \(done)/\(all)",
            ]
        case .paused: return ["exact waits for the export", "waits for the export", "waits"]
        case .done: return []
        case .failed(let text):
            return ["costs failed: \(Format.line(text, glyphs))", "costs failed: see i", "failed"]
        }
    }
}
