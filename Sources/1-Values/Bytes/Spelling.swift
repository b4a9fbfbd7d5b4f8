/// Finds what somebody probably meant.
public enum Spelling {
    /// The candidate that the fewest edits lead to, if they are few for the word's length.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        let scored = candidates.map { (distance: distance(word, $0), candidate: $0) }
        guard let best = scored.min(by: { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }),
            best.distance <= (word.count + 1) / 2
        else { return nil }
        return best.candidate
    }

    /// Levenshtein's distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let substituted = diagonal + (character == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
