import Bytes
import Compression
import ContextMixing

/// Reads one stream of a recipe; never holds more than a window and a buffer of it.
final class StreamReader {
    private let fill: (inout [UInt8]) throws -> Int
    private let isAtEnd: () throws -> Bool
    private let name: RecipeFormat.StreamID
    private var buffer: [UInt8]
    private var position = 0
    private var end = 0
    private var left: UInt64
    /// Decodes bytes one by one, for each comes with a hint; nil for other streams.
    private let hinted: ContextDecoder?

    /// Reads a stream.
    ///
    /// - Parameters:
    ///   - name: Which one, for messages.
    ///   - codec: How it is stored.
    ///   - byteCount: How many bytes it holds before compression.
    ///   - stored: Gives the next stored bytes; empty at their end.
    /// - Throws: `CompressionError` if the decoder has no memory.
    init(
        _ name: RecipeFormat.StreamID, codec: RecipeFormat.Codec, byteCount: UInt64,
        stored: @escaping () throws -> ArraySlice<UInt8>
    ) throws {
        self.name = name
        left = byteCount
        let contextKind = RecipeFormat.contextKind(of: name)
        let contexts = codec == .contexts ? ContextDecoder(contextKind, source: stored) : nil
        hinted = contextKind.takesHints ? contexts : nil
        buffer = [UInt8](repeating: 0, count: Int(min(byteCount, 1 << 16)))
        switch codec {
        case .raw:
            var rest: ArraySlice<UInt8> = []
            isAtEnd = { try rest.isEmpty && stored().isEmpty }
            fill = { target in
                var filled = 0
                while filled < target.count {
                    if rest.isEmpty { rest = try stored() }
                    if rest.isEmpty { break }
                    let part = rest.prefix(target.count - filled)
                    target.replaceSubrange(filled..<filled + part.count, with: part)
                    filled += part.count
                    rest = rest[part.endIndex...]
                }
                return filled
            }
        case .zstd:
            let decompressor = try ZstdDecompressor(
                windowLogLimit: RecipeFormat.windowLog(of: name), source: stored)
            fill = { try decompressor.read(into: &$0) }
            isAtEnd = decompressor.isAtEnd
        case .xz:
            let decompressor = try XzDecompressor(memoryLimit: RecipeFormat.xzMemoryLimit, source: stored)
            fill = { try decompressor.read(into: &$0) }
            isAtEnd = decompressor.isAtEnd
        case .contexts:
            fill = { try contexts?.read(into: &$0) ?? 0 }
            isAtEnd = { try contexts?.isAtEnd() ?? true }
        }
    }

    private var endsEarly: DeltaError { .damaged("stream '\(name)' ends early") }

    /// Makes what a decoder throws an error of this recipe.
    private func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as CompressionError {
            throw DeltaError.damaged("stream '\(name)': \(error)")
        }
    }

    private func refill() throws {
        guard left > 0 else { throw endsEarly }
        if UInt64(buffer.count) > left { buffer.removeLast(buffer.count - Int(left)) }
        let count = try translating { try fill(&buffer) }
        guard count > 0 else { throw endsEarly }
        left -= UInt64(count)
        position = 0
        end = count
    }

    /// Reads one byte, of which the writer knew the same.
    func byte(hint: UInt64 = 0) throws -> UInt8 {
        if let hinted {
            guard left > 0, let byte = try hinted.read(hint: hint) else { throw endsEarly }
            left -= 1
            return byte
        }
        if position == end { try refill() }
        defer { position += 1 }
        return buffer[position]
    }

    /// Reads up to that many bytes, at least one.
    func some(atMost count: Int) throws -> ArraySlice<UInt8> {
        if position == end { try refill() }
        let part = buffer[position..<min(end, position + count)]
        position = part.endIndex
        return part
    }

    /// Reads exactly that many bytes; the caller bounds the count.
    func raw(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += try some(atMost: count - bytes.count) }
        return bytes
    }

    /// Reads an unsigned number in its shortest form, of which the writer knew the same.
    func varint(hint: UInt64 = 0) throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte(hint: GapHint.forByte(Int(shift / 7), hint))
            guard shift < 63 || next <= 1, next != 0 || shift == 0 else {
                throw DeltaError.damaged("stream '\(name)' holds a bad number")
            }
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// Reads a number that must not exceed `limit`.
    func count(atMost limit: Int) throws -> Int {
        let value = try varint()
        guard value <= UInt64(max(limit, 0)) else {
            throw DeltaError.damaged("stream '\(name)' holds a number out of range")
        }
        return Int(value)
    }

    /// Reads a signed number.
    func signed() throws -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Throws unless all of it was read.
    func checkEnd() throws {
        guard left == 0, position == end, try translating(isAtEnd) else {
            throw DeltaError.damaged("stream '\(name)' holds more than it should")
        }
    }
}
