/// Codes a stream's bytes with a binary arithmetic coder by what a model of contexts expects.
public final class ContextEncoder {
    private let model: ContextModel
    private let output: (ArraySlice<UInt8>) throws -> Void
    private var low: UInt32 = 0
    private var high = UInt32.max
    private var pending: [UInt8] = []
    /// How many coded bytes went out before those.
    private var flushedByteCount = 0
    /// The bytes of a block that is not complete yet, with their hints.
    private var block: [UInt8] = []
    private var blockHints: [UInt64] = []
    private var choice = PlainBlockChoice()

    private static let partByteCount = 1 << 16

    /// Starts a stream.
    ///
    /// - Parameters:
    ///   - kind: What its bytes are.
    ///   - output: Takes coded bytes, in order.
    public init(_ kind: ContextKind, output: @escaping (ArraySlice<UInt8>) throws -> Void) {
        model = ContextModel(kind)
        self.output = output
    }

    /// Codes bytes.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - hints: For each byte what the decoder knows of it, too; none for streams that take no hints.
    /// - Throws: What the output throws.
    public func write(_ bytes: ArraySlice<UInt8>, hints: ArraySlice<UInt64> = []) throws {
        var rest = bytes
        var restHints = hints
        while !rest.isEmpty {
            let room = PlainBlocks.byteCount - block.count
            let part = rest.prefix(room)
            block += part
            // A stream that takes hints gets one for each byte.
            blockHints += restHints.prefix(room)
            rest = rest.dropFirst(room)
            restHints = restHints.dropFirst(room)
            if block.count == PlainBlocks.byteCount { try writeBlock() }
        }
    }

    private func writeBlock() throws {
        guard !block.isEmpty else { return }
        let isPlain = choice.isPlain(block) { model.repeats(block) }
        let start = codedByteCount
        model.beginBlock { probability in
            code(isPlain ? 1 : 0, probability)
            return isPlain ? 1 : 0
        }
        for (index, byte) in block.enumerated() {
            write(byte, hint: index < blockHints.count ? blockHints[index] : 0)
        }
        if !isPlain { choice.modelled(byteCount: block.count, into: codedByteCount - start) }
        block.removeAll(keepingCapacity: true)
        blockHints.removeAll(keepingCapacity: true)
        if pending.count >= Self.partByteCount { try flush() }
    }

    private var codedByteCount: Int { flushedByteCount + pending.count }

    private func write(_ byte: UInt8, hint: UInt64) {
        var rest = Int(byte)
        _ = model.byte(hint: hint) { probability in
            let bit = rest >> 7 & 1
            rest <<= 1
            code(bit, probability)
            return bit
        }
    }

    @inline(__always)
    private func code(_ bit: Int, _ probability: UInt32) {
        let middle = ArithmeticRange.middle(low, high, probability)
        if bit == 1 { high = middle } else { low = middle + 1 }
        while (low ^ high) >> 24 == 0 {
            pending.append(UInt8(high >> 24))
            low <<= 8
            high = high << 8 | 0xff
        }
    }

    /// Ends the stream.
    public func finish() throws {
        try writeBlock()
        for shift in [24, 16, 8, 0] as [UInt32] { pending.append(UInt8(truncatingIfNeeded: low >> shift)) }
        try flush()
    }

    private func flush() throws {
        try output(pending[...])
        flushedByteCount += pending.count
        pending.removeAll(keepingCapacity: true)
    }
}

/// Decodes what `ContextEncoder` coded.
public final class ContextDecoder {
    private let model: ContextModel
    private let source: () throws -> ArraySlice<UInt8>
    private var low: UInt32 = 0
    private var high = UInt32.max
    private var code: UInt32 = 0
    private var buffer: [UInt8] = []
    private var position = 0
    private var isSourceAtEnd = false
    private var isShort = false
    private var isStarted = false

    /// A byte never takes more: each of its bits at most three, and so does the one before a block.
    private static let largestCode = 32

    /// Starts a stream.
    ///
    /// - Parameters:
    ///   - kind: What its bytes are.
    ///   - source: Gives coded bytes, in order; empty at their end.
    public init(_ kind: ContextKind, source: @escaping () throws -> ArraySlice<UInt8>) {
        model = ContextModel(kind)
        self.source = source
    }

    /// Decodes the next byte.
    ///
    /// - Parameter hint: What was given when it was coded.
    /// - Returns: The byte; nil if the coded bytes end before it.
    /// - Throws: What the source throws.
    public func read(hint: UInt64 = 0) throws -> UInt8? {
        if buffer.count - position < Self.largestCode { try refill() }
        if !isStarted {
            isStarted = true
            for _ in 0..<4 { code = code << 8 | next() }
        }
        if model.isAtBlockStart { model.beginBlock(bit) }
        let byte = model.byte(hint: hint, bit)
        return isShort ? nil : byte
    }

    @inline(__always)
    private func bit(_ probability: UInt32) -> Int {
        let middle = ArithmeticRange.middle(low, high, probability)
        let bit = code <= middle ? 1 : 0
        if bit == 1 { high = middle } else { low = middle + 1 }
        while (low ^ high) >> 24 == 0 {
            low <<= 8
            high = high << 8 | 0xff
            code = code << 8 | next()
        }
        return bit
    }

    /// Decodes bytes without hints.
    ///
    /// - Parameter target: What is filled as far as there are bytes.
    /// - Returns: How many those are.
    /// - Throws: What the source throws.
    public func read(into target: inout [UInt8]) throws -> Int {
        for index in target.indices {
            guard let byte = try read() else { return index }
            target[index] = byte
        }
        return target.count
    }

    /// Whether all coded bytes were read.
    public func isAtEnd() throws -> Bool {
        try refill()
        return position == buffer.count
    }

    @inline(__always)
    private func next() -> UInt32 {
        guard position < buffer.count else {
            isShort = true
            return 0
        }
        defer { position += 1 }
        return UInt32(buffer[position])
    }

    private func refill() throws {
        while !isSourceAtEnd, buffer.count - position < Self.largestCode {
            let part = try source()
            isSourceAtEnd = part.isEmpty
            buffer.removeFirst(position)
            position = 0
            buffer += part
        }
    }
}

/// The interval that both coders narrow.
enum ArithmeticRange {
    /// The last number of the part that stands for a one.
    @inline(__always)
    static func middle(_ low: UInt32, _ high: UInt32, _ probability: UInt32) -> UInt32 {
        low + UInt32(truncatingIfNeeded: (UInt64(high - low) * UInt64(probability)) >> 16)
    }
}
