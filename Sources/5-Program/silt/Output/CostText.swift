import Bytes
import Shipping

/// How reports write costs: guesses are marked, so that nobody takes them for figures of a package that was made.
struct CostText {
    /// Whether nothing is a guess.
    let isExact: Bool

    /// `5.2 kB`, or `~5.2 kB` for a guess; nothing is nothing, whoever guesses it.
    func of(_ byteCount: UInt64) -> String {
        (isExact || byteCount == 0 ? Figure(exact: byteCount) : Figure(guess: byteCount)).text
    }

    /// How far a guess may be off, in words; nil for what is none.
    static func error(_ byteCount: UInt64?, from low: UInt64?, to high: UInt64?) -> String? {
        guard let byteCount, let low, let high, low <= high else { return nil }
        return Figure(byteCount, bounds: low...high).errorText
    }
}
