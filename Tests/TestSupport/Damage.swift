extension [UInt8] {
    /// Where to damage a file: every byte but those amid a run of zeros, of which every 41st, since all of padding is like
    /// the rest of it.
    public var placesToDamage: [Int] {
        indices.filter { index in
            index % 41 == 0
                || self[Swift.max(0, index - 8)..<Swift.min(count, index + 9)].contains { $0 != 0 }
        }
    }
}
