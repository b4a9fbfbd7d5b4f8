/// Tells how much of a stream is whose: what its bytes take once all that went before is known, as a compressor sees them.
///
/// What stands in the stream already costs next to nothing again; everything else what a model of two bytes makes of it.
/// It is for shares, not for sizes: what a stream really takes is split by them.
struct StreamMeter {
    /// What was taken in since the last look, in bits.
    private var bits = 0.0
    private var history: [UInt8] = []
    private var model = ByteModel()
    /// By what the last bytes were, the place in the history behind them; 0 for none.
    private var places = Array(repeating: Int32(0), count: 1 << Self.hashBits)
    /// Where in the history goes on what is taken in, and how long it has done so.
    private var copy = (place: 0, length: 0)
    /// Bytes since the last look.
    private var count = 0
    private var rate = 0.0

    private static let hashBits = 16
    /// So many bytes are looked up together.
    private static let leastCopy = 5
    /// What a byte takes that goes on what was there before.
    private static let copiedBits = 0.1
    /// What it takes more where that ends.
    private static let endBits = 3.0
    private static let historyByteCount = 16 << 20
    private static let blockByteCount = 1 << 16
    /// Behind so many bytes of a file, every eighth block tells enough.
    private static let wholeByteCount = 1 << 20

    /// Takes bytes in.
    mutating func add(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            let block = rest.prefix(Self.blockByteCount)
            rest = rest.dropFirst(Self.blockByteCount)
            if count > Self.wholeByteCount, count / Self.blockByteCount % 8 != 0 {
                bits += rate * Double(block.count)
            } else {
                let before = bits
                measure(block)
                rate = (bits - before) / Double(block.count)
            }
            count += block.count
        }
    }

    /// What was taken in since the last time, in bits.
    mutating func take() -> Double {
        defer { (bits, count) = (0, 0) }
        return bits
    }

    private mutating func measure(_ bytes: ArraySlice<UInt8>) {
        if history.count + bytes.count > Self.historyByteCount {
            history.removeAll(keepingCapacity: true)
            for index in places.indices { places[index] = 0 }
            copy = (0, 0)
        }
        for byte in bytes {
            let own = model.bits(of: byte)
            history.append(byte)
            if copy.length > 0 {
                if history[copy.place] == byte {
                    bits += min(own, Self.copiedBits)
                    copy = (copy.place + 1, copy.length + 1)
                } else {
                    bits += own + Self.endBits
                    copy.length = 0
                }
            } else {
                bits += own
            }
            look()
        }
    }

    /// Notes the last bytes, and finds out whether they stood in the stream before.
    private mutating func look() {
        let end = history.count
        guard end >= Self.leastCopy else { return }
        var hash: UInt32 = 0
        for byte in history[(end - Self.leastCopy)...] { hash = hash &* 0x2F0B_4C47 &+ UInt32(byte) &+ 1 }
        let slot = Int((hash &* 0x9E37_79B1) >> (32 - UInt32(Self.hashBits)))
        let before = Int(places[slot])
        places[slot] = Int32(clamping: end)
        guard copy.length == 0, before > 0,
            history[(before - Self.leastCopy)..<before].elementsEqual(history[(end - Self.leastCopy)...])
        else { return }
        copy = (before, Self.leastCopy)
    }
}
