/// Tells where zstd:chunked layers are cut into frames: where contents start and end, at holes in them, and where a rolling
/// checksum of their last 64 bytes has 16 ones. Layers of stargz-snapshotter are cut where contents start, and each 4 MiB in
/// one; they are known by what comes first in them.
final class LayerCutter {
    private var walk = LayerWalk()
    private var position = 0
    private var contentStart = 0
    /// Cuts that are known, in order, and the first that still matters.
    private var cuts: [Int] = []
    private var first = 0
    private var lastCut = 0
    private var zeroCount = 0

    // Layers of stargz-snapshotter.
    private static let landmarks = [Array(".no.prefetch.landmark".utf8), Array(".prefetch.landmark".utf8)]
    /// Nil until the first header is there.
    private var isOfStargz: Bool?
    private var nextPart = 0
    private var contentEnd = 0

    // The checksum.
    private static let windowByteCount = 64
    private static let offset: UInt32 = 31
    private static let splitMask: UInt32 = 1 << 16 - 1
    private let window = UnsafeMutablePointer<UInt8>.filled(0, windowByteCount)
    private var windowPlace = 0
    private var sum: UInt32 = 0
    private var sumOfSums: UInt32 = 0

    deinit { window.deallocate() }

    /// The first cut behind a place, as far as the bytes in front of an end tell.
    ///
    /// - Parameters:
    ///   - place: At least as far as in the call before.
    ///   - end: How far to look, which is also not before that of the call before.
    ///   - isWhole: Whether the data end there.
    ///   - plain: The data.
    /// - Returns: The cut; nil if they tell of none.
    func cut(behind place: Int, before end: Int, isWhole: Bool, _ plain: PlainBuffer) -> Int? {
        if position < end {
            take(UnsafeBufferPointer(start: plain.pointer(position), count: end - position))
        }
        if isWhole { cut(end) }
        while first < cuts.count, cuts[first] <= place { first += 1 }
        if first > 1 << 12 {
            cuts.removeFirst(first)
            first = 0
        }
        return first < cuts.count ? cuts[first] : nil
    }

    private func cut(_ place: Int) {
        guard place > lastCut else { return }
        lastCut = place
        cuts.append(place)
    }

    private func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        var left = bytes
        while !left.isEmpty {
            let (part, count) = walk.next(left)
            switch part {
            case .header(let header):
                position += count
                isOfStargz = isOfStargz ?? Self.landmarks.contains(header.name)
                if header.contentByteCount > 0 { startContent(header.contentByteCount) }
            case .content where isOfStargz == true: passParts(count)
            case .content(let isLast):
                pass(UnsafeBufferPointer(rebasing: left[..<count]))
                guard isLast else { break }
                passZeros()
                cut(position)
            case .segment, .end, .rest: position += count
            }
            left = UnsafeBufferPointer(rebasing: left[count...])
        }
    }

    private func startContent(_ byteCount: Int) {
        cut(position)
        contentStart = position
        contentEnd = position + byteCount
        nextPart = position + LayerTable.usualChunkByteCount
        window.update(repeating: 0, count: Self.windowByteCount)
        sum = UInt32(Self.windowByteCount) * Self.offset
        sumOfSums = UInt32(Self.windowByteCount * (Self.windowByteCount - 1)) * Self.offset
    }

    /// Passes bytes of a content that is cut into parts of one size.
    private func passParts(_ count: Int) {
        position += count
        while nextPart <= position, nextPart < contentEnd {
            cut(nextPart)
            nextPart += LayerTable.usualChunkByteCount
        }
    }

    private func pass(_ bytes: UnsafeBufferPointer<UInt8>) {
        for byte in bytes {
            if byte == 0 {
                zeroCount &+= 1
                position &+= 1
                // Where a hole starts, unless the content does.
                if zeroCount == LayerEntries.holeByteCount, position - zeroCount > contentStart {
                    cut(position - zeroCount)
                }
            } else {
                if zeroCount > 0 { passZeros() }
                position &+= 1
                if roll(byte) { cut(position) }
            }
        }
    }

    /// Passes zeros behind which there are others, or nothing.
    private func passZeros() {
        if zeroCount >= LayerEntries.holeByteCount {
            // More of them change nothing.
            for _ in 0..<Self.windowByteCount { _ = roll(0) }
            cut(position)
        } else {
            for place in position - zeroCount..<position where roll(0) { cut(place + 1) }
        }
        zeroCount = 0
    }

    /// Adds a byte to the checksum; tells whether it cuts there.
    @inline(__always) private func roll(_ byte: UInt8) -> Bool {
        let dropped = UInt32(window[windowPlace])
        window[windowPlace] = byte
        windowPlace = (windowPlace &+ 1) & (Self.windowByteCount &- 1)
        sum = sum &+ UInt32(byte) &- dropped
        sumOfSums = sumOfSums &+ sum &- UInt32(Self.windowByteCount) &* (dropped &+ Self.offset)
        return sumOfSums & Self.splitMask == Self.splitMask
    }
}
