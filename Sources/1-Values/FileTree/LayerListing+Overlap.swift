extension LayerListing {
    /// How much two layers have in common: the share of paths that both hold, 0 ... 1.
    public func overlap(with other: LayerListing) -> Double {
        guard !entries.isEmpty, !other.entries.isEmpty else { return 0 }
        let paths = Set(entries.map(\.path))
        let common = Set(other.entries.map(\.path)).intersection(paths).count
        return Double(common) / Double(max(paths.count, other.entries.count))
    }
}
