import Bytes
import Tar

/// Codes the raw blocks of entries against those of old entries: what is as predicted costs next to nothing.
struct StructureEncoder {
    private(set) var shapes = ByteWriter()
    private(set) var fields = ByteWriter()
    private var previousHeader = HeaderPrediction.zeroBlock
    private var previousExtension = HeaderPrediction.zeroBlock

    /// Codes one entry.
    ///
    /// - Parameters:
    ///   - structure: Its blocks.
    ///   - padding: What follows its content up to a whole block.
    ///   - old: The blocks of the old entry that resembles it.
    ///   - byteCount: How many content bytes it stores.
    /// - Throws: `TarError` if the blocks are no structure.
    mutating func add(
        _ structure: [UInt8], padding: [UInt8], reference old: TarStructure?, byteCount: UInt64
    ) throws {
        let new = try TarStructure(structure)
        let hasPadding = padding.contains { $0 != 0 }
        var shape = UInt64(new.extensions.count) << RecipeFormat.shapeExtensionShift
        if hasPadding { shape |= RecipeFormat.shapeHasPadding }
        if !new.tail.isEmpty { shape |= RecipeFormat.shapeHasTail }
        shapes.varint(shape)
        for (index, item) in new.extensions.enumerated() {
            let twin = old.flatMap { $0.extensions.indices.contains(index) ? $0.extensions[index] : nil }
            addExtension(item, twin)
        }
        addHeader(
            new.header,
            HeaderPrediction(
                reference: old?.header ?? HeaderPrediction.zeroBlock, previous: previousHeader,
                byteCount: byteCount))
        previousHeader = new.header
        if !new.tail.isEmpty { fields.block(Array(new.tail)) }
        guard hasPadding else { return }
        // All of it, even if the tar ends in the middle of it: the recipe's size says where that is.
        let missing = TarBlock.paddingByteCount(after: byteCount) - padding.count
        fields.raw(padding + [UInt8](repeating: 0, count: max(missing, 0)))
    }

    private mutating func addExtension(_ item: TarStructure.Extension, _ twin: TarStructure.Extension?) {
        // Padding that is not zero is kept by taking it for a part of the body.
        let used = item.body.count - item.body.reversed().prefix { $0 == 0 }.count
        let stated = (try? TarStructure.statedBodyByteCount(of: item.header)) ?? item.body.count
        let body = item.body.prefix(max(used, stated))
        let oldBody = twin?.body ?? []
        let prefix = zip(body, oldBody).prefix { $0 == $1 }.count
        let limit = min(body.count, oldBody.count) - prefix
        let suffix = zip(body.reversed(), oldBody.reversed()).prefix { $0 == $1 }.prefix(limit).count
        shapes.varint(body.count)
        shapes.varint(prefix)
        shapes.varint(suffix)
        fields.raw(body.dropFirst(prefix).dropLast(suffix))
        addHeader(
            item.header,
            HeaderPrediction(
                reference: twin?.header ?? HeaderPrediction.zeroBlock, previous: previousExtension,
                byteCount: UInt64(body.count)))
        previousExtension = item.header
    }

    private mutating func addHeader(_ block: ArraySlice<UInt8>, _ prediction: HeaderPrediction) {
        var differs: UInt64 = 0
        var isLiteral: UInt64 = 0
        var literals: [[UInt8]] = []
        // Most fields of hundreds of thousands of headers are as expected.
        for field in HeaderPrediction.order where !prediction.isExpected(field, in: block) {
            differs |= 1 << UInt64(field.rawValue)
            guard !prediction.isFallback(field, in: block) else { continue }
            isLiteral |= 1 << UInt64(field.rawValue)
            let value = HeaderPrediction.part(of: block, field)
            literals.append(Array(value.dropLast(value.reversed().prefix { $0 == 0 }.count)))
        }
        shapes.varint(differs)
        if differs != 0 { shapes.varint(isLiteral) }
        for literal in literals { fields.block(literal) }
    }

    /// Takes out what was coded so far.
    mutating func drain() -> (shapes: [UInt8], fields: [UInt8]) {
        defer {
            shapes.removeAll()
            fields.removeAll()
        }
        return (shapes.bytes, fields.bytes)
    }
}
