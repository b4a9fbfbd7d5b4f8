extension Window {
    /// Starts anew where an encoder was reset, which knows some bytes before.
    ///
    /// - Parameters:
    ///   - tuning: How it looks for matches.
    ///   - dictionary: How many bytes it knows, at most.
    ///   - start: Position of the first byte behind those.
    ///   - plain: The data.
    /// - Returns: What that took, in places that could have been looked at for matches meanwhile.
    mutating func reset(_ tuning: Tuning, dictionary: Int, at start: Int, _ plain: PlainView) -> Int {
        reset(tuning)
        let dictionary = min(dictionary, tuning.windowSize)
        guard dictionary > 0 else { return 0 }
        takeDictionary(plain.pointer(start - dictionary), count: dictionary)
        return 2 &* dictionary
    }
}
