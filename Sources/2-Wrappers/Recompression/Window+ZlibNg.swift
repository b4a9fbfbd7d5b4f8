/// What zlib-ng does in another way.
extension Window {
    /// The last place of the buffer from which a search can start.
    var lastPlace: Int { bufferSize &- Limits.minimumLookahead }

    /// How far back a match may reach.
    var reach: Int { maximumDistance }

    /// What the buffer holds.
    var bytes: UnsafePointer<UInt8> { UnsafePointer(buffer) }

    /// Notes a place down, unless it is the one that was noted last with its hash; returns that one, or 0.
    @inline(__always) @discardableResult mutating func insertOnce(_ place: Int) -> Int {
        let hash = hash(place)
        let head = heads[hash]
        if Int(head) != place {
            previous[place & (size &- 1)] = head
            heads[hash] = UInt16(truncatingIfNeeded: place)
        }
        return Int(head)
    }

    /// Notes places down as `insertOnce` does.
    mutating func insertOnce(each places: Range<Int>) {
        guard placeHash == .product else {
            for place in places { insertOnce(place) }
            return
        }
        let (buffer, heads, previous, mask) = (buffer, heads, previous, size &- 1)
        for place in places {
            let hash = Self.product(buffer + place, hashedBits)
            let head = heads[hash]
            if Int(head) != place {
                previous[place & mask] = head
                heads[hash] = UInt16(truncatingIfNeeded: place)
            }
        }
    }

    /// The place before a place with its hash, or 0.
    func placeBefore(_ place: Int) -> Int { Int(previous[place & (size &- 1)]) }

    /// Forgets where the last match starts if that has left the buffer; returns whether it did.
    mutating func forgetsMatch() -> Bool {
        guard matchStart < 0 else { return false }
        matchStart = 0
        return true
    }

    /// Whether a search at a place may start from what `insertOnce` returned.
    @inline(__always) func canSearch(_ head: Int, from place: Int) -> Bool {
        head != 0 && head < place && place &- head <= maximumDistance && place <= lastPlace
    }

    /// Looks for a match at a place that is longer than a known one; returns the longest length and sets `matchStart`.
    ///
    /// - Parameters:
    ///   - head: The place before it with its hash.
    ///   - place: The place.
    ///   - knownLength: The known length; 0 if there is none.
    ///   - endsEarly: Whether it ends where first and last bytes are the same and the match is no longer.
    /// - Returns: The length, 2 if nothing was found and none is known.
    mutating func search(_ head: Int, at place: Int, beating knownLength: Int, endsEarly: Bool) -> Int {
        let scan = UnsafeRawPointer(buffer + place)
        let bottom = max(place &- maximumDistance, 0)
        var longest = knownLength == 0 ? Limits.minimumMatch - 1 : knownLength
        var chainLength = longest >= goodLength ? chainLength >> 2 : chainLength
        var candidate = head
        let longestChain = chainLength
        let nice = min(niceLength, lookahead)
        while candidate < place {
            let match = UnsafeRawPointer(buffer + candidate)
            if Self.maybeLonger(scan, match, longest) {
                let length = Self.commonLength(scan, match)
                work &+= length &>> 3
                if length > longest {
                    matchStart = candidate
                    if length > lookahead {
                        longest = lookahead
                        break
                    }
                    longest = length
                    if length >= nice { break }
                } else if endsEarly {
                    break
                }
            }
            chainLength &-= 1
            if chainLength == 0 { break }
            candidate = Int(previous[candidate & (size &- 1)])
            if candidate <= bottom { break }
        }
        work &+= 1 &+ longestChain &- chainLength
        return longest
    }

    /// Looks for a match as `search` does, and changes over to the chain of any place in the match so far where that leads
    /// farther back.
    mutating func searchAllChains(_ head: Int, at place: Int, beating knownLength: Int) -> Int {
        let scan = UnsafeRawPointer(buffer + place)
        let bottom = max(place &- maximumDistance, 0)
        var longest = knownLength == 0 ? Limits.minimumMatch - 1 : knownLength
        var chainLength = longest >= goodLength ? chainLength >> 2 : chainLength
        let longestChain = chainLength
        defer { work &+= 1 &+ longestChain &- chainLength }
        var candidate = head
        /// How far behind the place the one lies whose chain is followed.
        var offset = 0
        if longest >= Limits.minimumMatch {
            for index in 1..<longest &- 1 {
                let first = Int(heads[hash(place &+ index)])
                if first < candidate { (candidate, offset) = (first, index) }
            }
            work &+= longest &>> 2
            if candidate <= bottom &+ offset { return min(longest, lookahead) }
        }
        while candidate < place {
            let match = UnsafeRawPointer(buffer + (candidate &- offset))
            if Self.maybeLonger(scan, match, longest) {
                let length = Self.commonLength(scan, match)
                work &+= length &>> 3
                if length > longest {
                    let start = candidate &- offset
                    matchStart = start
                    if length > lookahead { return lookahead }
                    longest = length
                    if length >= niceLength { return length }
                    if length > Limits.minimumMatch, start &+ length < place {
                        guard let next = farthestChain(from: start, at: place, length, bottom) else {
                            return min(longest, lookahead)
                        }
                        (candidate, offset) = next
                        continue
                    }
                }
            }
            chainLength &-= 1
            if chainLength == 0 { break }
            candidate = Int(previous[candidate & (size &- 1)])
            if candidate <= bottom &+ offset { break }
        }
        return longest
    }

    /// Which chain leads farthest back from a match; nil if one leads out of reach.
    ///
    /// - Parameters:
    ///   - start: Where the match starts.
    ///   - place: The place for which it was found.
    ///   - length: Its length.
    ///   - bottom: What is no longer within reach.
    /// - Returns: Where the next place of that chain is, and how far behind the match's start the chain's own is.
    private mutating func farthestChain(
        from start: Int, at place: Int, _ length: Int, _ bottom: Int
    ) -> (candidate: Int, offset: Int)? {
        var (candidate, offset) = (start, 0)
        work &+= length &>> 2
        for index in 0...length &- Limits.minimumMatch {
            let next = Int(previous[(start &+ index) & (size &- 1)])
            if next < candidate {
                if next <= bottom &+ index { return nil }
                (candidate, offset) = (next, index)
            }
        }
        // The last of them with a byte that is not in the match yet.
        let index = length &- Limits.minimumMatch - 1
        let first = Int(heads[hash(place &+ index)])
        if first < candidate {
            if first <= bottom &+ index { return nil }
            (candidate, offset) = (first, index)
        }
        return (candidate, offset)
    }

    /// Whether the first bytes are the same, and as many at the end of what has to be longer than a length.
    @inline(__always) private static func maybeLonger(
        _ scan: UnsafeRawPointer, _ match: UnsafeRawPointer, _ length: Int
    ) -> Bool {
        func areSame<Word: FixedWidthInteger>(_ offset: Int, _: Word.Type) -> Bool {
            scan.loadUnaligned(fromByteOffset: offset, as: Word.self)
                == match.loadUnaligned(fromByteOffset: offset, as: Word.self)
        }
        return if length < 4 {
            areSame(length &- 1, UInt16.self) && areSame(0, UInt16.self)
        } else if length < 8 {
            areSame(length &- 3, UInt32.self) && areSame(0, UInt32.self)
        } else {
            areSame(length &- 7, UInt64.self) && areSame(0, UInt64.self)
        }
    }
}
