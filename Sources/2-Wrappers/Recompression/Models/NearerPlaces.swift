/// Of the places where the same few bytes stand, those that have more in common: who looks for a long match goes through
/// them alone, and finds what the encoder finds that goes through all.
///
/// An encoder looks at so many places at most, and no farther. So places that start alike are numbered in the order in which
/// it would come to them, and two numbers tell how many places it would have looked at.
///
/// Places are kept before the encoder comes to them, so that a search can go along those where any part of what it looks for
/// stands: the part that is rarest, which in records that are much alike tells them apart.
struct NearerPlaces: ~Copyable {
    /// By place: how many places lie between it and the last one with the same four, six and eight bytes, and its number.
    private let links: UnsafeMutablePointer<UInt16>
    /// The same for three bytes.
    private let threes: UnsafeMutablePointer<UInt16>
    private let mask: Int
    /// By hash of three, four, six and eight bytes: the last place. Places that are 4 GiB apart look the same, which is found out
    /// by what stands there.
    private let heads = UnsafeMutablePointer<UInt32>.filled(0, 4 << hashBits)

    private static let stride = 4
    private static let numberLane = 3
    private static let hashBits = 15
    /// How many bytes the lane of the most bytes tells apart.
    static let laneByteCount = 8
    /// How far ahead of the encoder places must be kept.
    static let farthestOffset = Limits.maximumMatch - laneByteCount
    /// Every so many bytes of a match it is asked how far away the last place is.
    private static let samplingStep = 16

    /// - Parameter count: How many places are kept, a power of two: as far back as a search goes, and as far ahead as they are
    ///   kept before.
    init(count: Int) {
        links = .filled(0, Self.stride * count)
        threes = .filled(0, count)
        mask = count - 1
    }

    deinit {
        links.deallocate()
        threes.deallocate()
        heads.deallocate()
    }

    @inline(__always) private func slot(_ place: Int) -> UnsafeMutablePointer<UInt16> {
        links + Self.stride &* (place & mask)
    }

    /// Where the last place is kept with the same bytes at its front.
    @inline(__always) private func head(_ word: UInt64, byteCount: UInt64, row: Int)
        -> UnsafeMutablePointer<UInt32>
    {
        let bytes = word &<< (64 &- 8 &* byteCount)
        let hash = Int((bytes &* 0x9e37_79b1_85eb_ca87) &>> UInt64(64 &- Self.hashBits))
        return heads + (row &<< Self.hashBits | hash)
    }

    /// How many places lie between one that is kept and the one before it; at the most what can be told, which is out of reach.
    @inline(__always) private static func gap(_ kept: UInt32, _ earlier: UInt32) -> UInt16 {
        UInt16(truncatingIfNeeded: min(kept &- 1 &- earlier, 0xffff))
    }

    /// Keeps places that follow each other, right behind the one that was kept before, if there was one.
    ///
    /// - Parameters:
    ///   - places: The places.
    ///   - word: The eight bytes that stand at one.
    @inline(__always) func keep(_ places: Range<Int>, word: (Int) -> UInt64) {
        var place = places.lowerBound
        while place < places.upperBound {
            let here = word(place)
            keep(place, here)
            place &+= 1
            // Runs of one byte are half of many layers.
            guard place < places.upperBound, word(place) == here else { continue }
            repeat {
                threes[place & mask] = 0
                let slot = slot(place)
                for lane in 0..<Self.numberLane { slot[lane] = 0 }
                place &+= 1
            } while place < places.upperBound && word(place) == here
            let last = UInt32(truncatingIfNeeded: place &- 1)
            head(here, byteCount: 3, row: 0).pointee = last
            head(here, byteCount: 4, row: 1).pointee = last
            head(here, byteCount: 6, row: 2).pointee = last
            head(here, byteCount: 8, row: 3).pointee = last
        }
    }

    @inline(__always) private func keep(_ place: Int, _ word: UInt64) {
        let slot = slot(place)
        let kept = UInt32(truncatingIfNeeded: place)
        let three = head(word, byteCount: 3, row: 0)
        let four = head(word, byteCount: 4, row: 1)
        let six = head(word, byteCount: 6, row: 2)
        let eight = head(word, byteCount: 8, row: 3)
        threes[place & mask] = Self.gap(kept, three.pointee)
        slot[0] = Self.gap(kept, four.pointee)
        slot[1] = Self.gap(kept, six.pointee)
        slot[2] = Self.gap(kept, eight.pointee)
        three.pointee = kept
        four.pointee = kept
        six.pointee = kept
        eight.pointee = kept
    }

    /// Numbers a place.
    ///
    /// - Parameters:
    ///   - place: The place.
    ///   - before: The place that an encoder comes to before it, or any that is out of reach.
    @inline(__always) func setNumber(_ place: Int, before: Int) {
        slot(place)[Self.numberLane] = slot(before)[Self.numberLane] &+ 1
    }

    /// Which lane has the places for a match that must be longer than some length, which is at least three.
    @inline(__always) static func lane(beating length: Int) -> Int { length < 5 ? 0 : length < 7 ? 1 : 2 }

    /// How far into such a match the bytes start that the lane tells apart, and that end with the one that makes it longer.
    @inline(__always) static func offset(beating length: Int) -> Int {
        length < 5 ? length &- 3 : length < 7 ? length &- 5 : length &- 7
    }

    /// How far into such a match the bytes start that are rarest, as far as the last place with the same ones tells.
    @inline(__always) func rarest(beating length: Int, at place: Int) -> Int {
        let lane = Self.lane(beating: length)
        let last = Self.offset(beating: length)
        var rarest = last
        var widest = slot(place &+ last)[lane]
        var offset = 0
        while offset < last {
            let gap = slot(place &+ offset)[lane]
            if gap > widest { (widest, rarest) = (gap, offset) }
            offset &+= Self.samplingStep
        }
        return rarest
    }

    /// The place before one in a lane; others may be in between that have less in common with it.
    @inline(__always) func before(_ place: Int, lane: Int) -> Int { place &- 1 &- Int(slot(place)[lane]) }

    /// The place before one with the same three bytes.
    @inline(__always) func beforeThree(_ place: Int) -> Int {
        place &- 1 &- Int(threes[place & mask])
    }

    /// The number of a place, modulo 2^16.
    @inline(__always) func number(_ place: Int) -> UInt16 { slot(place)[Self.numberLane] }
}
