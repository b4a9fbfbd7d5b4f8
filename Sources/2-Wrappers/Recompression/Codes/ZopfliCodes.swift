/// What zopfli does besides making codes.
enum ZopfliCodes {
    /// Makes counts smoother, so that the lengths of a code repeat more often: counts that differ little from the mean of the
    /// first four of a stretch become their mean.
    static func smooth(_ counts: inout [UInt32]) {
        let count = (counts.lastIndex { $0 > 0 } ?? -1) + 1
        guard count > 0 else { return }
        let isRun = runs(counts, count)
        var stretch = 0
        var sum: UInt32 = 0
        var mean = counts[0]
        for place in 0...count {
            let ends =
                place == count || isRun[place]
                || max(counts[place], mean) - min(counts[place], mean) >= largestDifference
            if ends {
                if stretch >= 4 || stretch >= 3 && sum == 0 {
                    let length = UInt32(stretch)
                    let value = sum == 0 ? 0 : max(1, (sum + length / 2) / length)
                    for back in 1...stretch { counts[place - back] = value }
                }
                stretch = 0
                sum = 0
                if place + 3 < count {
                    mean = (counts[place..<place + 4].reduce(2, +)) / 4
                } else {
                    mean = place < count ? counts[place] : 0
                }
            }
            stretch += 1
            if place < count { sum += counts[place] }
        }
    }

    private static let largestDifference = 4

    /// By place: whether it is in a run that needs no smoothing.
    private static func runs(_ counts: [UInt32], _ count: Int) -> [Bool] {
        var isRun = [Bool](repeating: false, count: count)
        var start = 0
        for place in 1...count where place == count || counts[place] != counts[start] {
            if place - start >= (counts[start] == 0 ? 5 : 7) {
                for index in start..<place { isRun[index] = true }
            }
            start = place
        }
        return isRun
    }

    /// The shortest of the eight ways to send the lengths of a header, of equally short ones the first.
    static func steps(_ header: CodeHeader, _ maker: inout CodeMaker) -> [CodeHeader.Step] {
        var best: [CodeHeader.Step] = []
        var least = Int.max
        for way in 0..<8 {
            var tried = header
            tried.steps = header.zopfliSteps(
                CodeHeader.Runs(repeats: way & 1 != 0, fewZeros: way & 2 != 0, manyZeros: way & 4 != 0))
            let frequencies = tried.stepFrequencies
            tried.codeLengths = maker.codeLengths(frequencies, .zopfli)
            var bitCount = 3 * tried.trimmedSentCount
            for symbol in frequencies.indices {
                let extra = symbol < 16 ? 0 : [2, 3, 7][symbol - 16]
                bitCount += Int(frequencies[symbol]) * (Int(tried.codeLengths[symbol]) + extra)
            }
            if bitCount < least {
                least = bitCount
                best = tried.steps
            }
        }
        return best
    }
}
