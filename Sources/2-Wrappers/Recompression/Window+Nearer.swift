/// Searches that go through many places, along those that have more in common.
extension Window {
    /// Searches that go through no more places do without.
    static let leastNearerChain = 128
    /// A search needs so many bytes ahead to do so.
    static let leastNearerByteCount = 8
    /// Streams that are no longer do without.
    static let leastNearerPlace = 1 << 12

    /// Does what `search` does, with fewer places looked at.
    ///
    /// - Parameters:
    ///   - head: The last place with the same hash.
    ///   - knownLength: The length to beat.
    /// - Returns: The longest length; nil if it is not found so, or not with less effort.
    mutating func searchNearer(_ head: Int, beating knownLength: Int) -> Int? {
        keepPlaces()
        let scan = UnsafeRawPointer(buffer + position)
        let bottom = max(position &- maximumDistance, 0)
        // The first place may be as far away as no other.
        guard head > bottom else { return nil }
        let niceLength = isGnuGzip ? niceLength : min(niceLength, lookahead)
        let chainLength = knownLength >= goodLength ? chainLength >> 2 : chainLength
        let most = UInt16(truncatingIfNeeded: chainLength)
        let allowed = 3 &* chainLength
        var left = allowed
        defer { work &+= allowed &- left }
        let number = nearer.number(position)
        let start = scan.loadUnaligned(as: UInt32.self)
        func isAlike(_ place: Int) -> Bool {
            (UnsafeRawPointer(buffer + place).loadUnaligned(as: UInt32.self) ^ start).littleEndian & 0xff_ffff
                == 0
        }
        var longest = knownLength
        if longest < Limits.minimumMatch {
            var candidate = position
            repeat {
                left &-= 1
                candidate = nearer.beforeThree(candidate)
                if candidate <= bottom { return longest }
            } while !isAlike(candidate) && left > 0
            guard isAlike(candidate) else { return nil }
            guard number &- nearer.number(candidate) <= most else { return longest }
            matchStart = candidate
            longest = Self.commonLength(scan, UnsafeRawPointer(buffer + candidate))
            work &+= longest &>> 3
            if longest >= niceLength { return min(longest, lookahead) }
        }
        repeat {
            let lane = NearerPlaces.lane(beating: longest)
            guard position &+ NearerPlaces.offset(beating: longest) < nearerEnd else { return nil }
            let offset = nearer.rarest(beating: longest, at: position)
            let end = scan.loadUnaligned(fromByteOffset: longest &- 1, as: UInt16.self)
            var candidate = nearer.before(position &+ offset, lane: lane) &- offset
            while true {
                guard candidate > bottom else { return longest }
                guard left > 0 else { return nil }
                left &-= 1
                // Numbers tell nothing of places that start with other bytes.
                if number &- nearer.number(candidate) > most, isAlike(candidate) { return longest }
                let match = UnsafeRawPointer(buffer + candidate)
                if match.loadUnaligned(fromByteOffset: longest &- 1, as: UInt16.self) == end {
                    let length = Self.commonLength(scan, match)
                    work &+= length &>> 3
                    if length > longest {
                        matchStart = candidate
                        longest = length
                        break
                    }
                }
                candidate = nearer.before(candidate &+ offset, lane: lane) &- offset
            }
        } while longest < niceLength
        return min(longest, lookahead)
    }

    /// Keeps all places that a search goes along, and numbers those up to the position: enough bytes are ahead.
    @inline(__always) private mutating func keepPlaces() {
        // What lies farther back is out of reach, and what was noted down of it is overwritten.
        let lowest = position &- Limits.windowSize &+ Limits.minimumLookahead
        if nearerEnd <= position &+ NearerPlaces.farthestOffset { keepPlacesAhead(lowest) }
        numberedEnd = max(numberedEnd, lowest)
        while numberedEnd <= position {
            nearer.setNumber(
                numberedEnd, before: Int(previous[numberedEnd & (Limits.windowSize &- 1)]))
            numberedEnd &+= 1
        }
    }

    @inline(never) private mutating func keepPlacesAhead(_ lowest: Int) {
        let end = position &+ min(Limits.minimumLookahead, lookahead &- Self.leastNearerByteCount &+ 1)
        let start = max(nearerEnd, lowest)
        guard start < end else { return }
        let bytes = UnsafeRawPointer(buffer) - passedCount
        nearer.keep(start &+ passedCount..<end &+ passedCount) {
            bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self).littleEndian
        }
        nearerEnd = end
    }
}
