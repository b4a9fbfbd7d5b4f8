/// Quick guesses of what contents cost to ship, for figures that are shown while better ones are on their way.
public enum SimilarityEstimate {
    /// The share of a new content's bytes that is left after compression: a sample of it is compressed.
    public static func share(ofNew content: [UInt8]) -> Double {
        guard !content.isEmpty else { return 0 }
        let sample = Array(content.prefix(1 << 18))
        return min(1, Double(StreamEstimate.of(sample)) / Double(sample.count))
    }

    /// The share of a content's bytes that a patch of an old content takes: samples of it are looked up in the old, without
    /// what prediction makes up for.
    ///
    /// - Throws: `CancellationError` when its task was cancelled.
    public static func share(of content: [UInt8], patching old: [UInt8]) throws -> Double {
        guard content.count >= 64 else { return share(ofNew: content) }
        let words = try WordFilter(NeutralContent.of(old) ?? old)
        let sampled = try NeutralContent.of(content) ?? content
        var sampleCount = 0
        var missingCount = 0
        for position in stride(from: 0, to: content.count - 8, by: 61) {
            sampleCount += 1
            if !words.mayHold(sampled, at: position) { missingCount += 1 }
        }
        return Double(missingCount) / Double(sampleCount) * share(ofNew: content)
    }
}
