/// Finds the contents in a layer's tar as it passes by.
struct LayerWalk {
    /// What some bytes are.
    enum Part {
        /// What lies between contents.
        case segment
        /// The last of it: a content follows, of which the headers tell.
        case header(LayerHeader)
        /// Bytes of a content, the last or not.
        case content(isLast: Bool)
        /// The last of a segment behind which there is nothing that can be read.
        case end
        /// What follows that.
        case rest
    }

    /// What lies between two contents is not read beyond so many bytes.
    static let segmentLimit = 1 << 20

    /// What lies between the content before and the place, or the next content once it is reached.
    private(set) var segment: [UInt8] = []
    /// How much of it fills the last block of the content before.
    private(set) var paddingByteCount = 0
    private var nextPaddingByteCount = 0
    private var wanted = LayerHeader.blockByteCount
    private var isWhole = false
    private var left = 0
    private var isAtEnd = false

    /// The segment, if its end was not reached.
    var unfinished: [UInt8] { isWhole ? [] : segment }

    /// Tells what the next bytes are, of which there is one at least.
    mutating func next(_ bytes: UnsafeBufferPointer<UInt8>) -> (part: Part, count: Int) {
        guard !isAtEnd else { return (.rest, bytes.count) }
        guard left == 0 else {
            let count = min(left, bytes.count)
            left -= count
            return (.content(isLast: left == 0), count)
        }
        if isWhole {
            segment = []
            isWhole = false
            paddingByteCount = nextPaddingByteCount
            wanted = paddingByteCount + LayerHeader.blockByteCount
        }
        let part = bytes.prefix(wanted - segment.count)
        segment += part
        guard segment.count == wanted else { return (.segment, part.count) }
        let block = segment.suffix(LayerHeader.blockByteCount)
        let extensionByteCount = LayerHeader.extensionByteCount(block)
        guard segment.count - block.count <= Self.segmentLimit,
            extensionByteCount ?? 0 <= Self.segmentLimit, block.contains(where: { $0 != 0 })
        else {
            isAtEnd = true
            return (.end, part.count)
        }
        if let extensionByteCount {
            wanted += LayerHeader.padded(extensionByteCount) + LayerHeader.blockByteCount
            return (.segment, part.count)
        }
        let header = LayerHeader(segment.dropFirst(paddingByteCount))
        isWhole = true
        left = header.contentByteCount
        nextPaddingByteCount = LayerHeader.padded(left) - left
        return (.header(header), part.count)
    }
}
