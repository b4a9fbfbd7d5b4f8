import Bytes
import Tar

/// Rebuilds the raw blocks of entries: the mirror image of `StructureEncoder`.
struct StructureDecoder {
    private var previousHeader = HeaderPrediction.zeroBlock
    private var previousExtension = HeaderPrediction.zeroBlock

    /// Names, links and attributes are small; the walker that accepted the layer has the same bound.
    private static let bodyByteCountLimit = 1 << 20
    private static let extensionCountLimit: UInt64 = 64

    /// Reads the next entry's blocks and, if they are not zeros, its padding.
    mutating func next(
        shapes: StreamReader, fields: StreamReader, reference old: TarStructure?, byteCount: UInt64
    ) throws -> (structure: [UInt8], padding: [UInt8]) {
        let shape = try shapes.varint()
        let extensionCount = shape >> RecipeFormat.shapeExtensionShift
        guard extensionCount <= Self.extensionCountLimit else {
            throw DeltaError.damaged("too many extension headers")
        }
        var structure: [UInt8] = []
        for index in 0..<Int(extensionCount) {
            let twin = old.flatMap { $0.extensions.indices.contains(index) ? $0.extensions[index] : nil }
            structure += try nextExtension(shapes, fields, twin)
        }
        let header = try nextHeader(
            shapes, fields,
            HeaderPrediction(
                reference: old?.header ?? HeaderPrediction.zeroBlock, previous: previousHeader,
                byteCount: byteCount))
        previousHeader = header[...]
        structure += header
        if shape & RecipeFormat.shapeHasTail != 0 {
            structure += try fields.raw(fields.count(atMost: Self.bodyByteCountLimit))
        }
        let paddingCount = TarBlock.paddingByteCount(after: byteCount)
        let padding =
            shape & RecipeFormat.shapeHasPadding != 0
            ? try fields.raw(paddingCount) : [UInt8](repeating: 0, count: paddingCount)
        return (structure, padding)
    }

    private mutating func nextExtension(
        _ shapes: StreamReader, _ fields: StreamReader, _ twin: TarStructure.Extension?
    ) throws -> [UInt8] {
        let oldBody = twin?.body ?? []
        let count = try shapes.count(atMost: Self.bodyByteCountLimit + 511)
        let prefix = try shapes.count(atMost: min(count, oldBody.count))
        let suffix = try shapes.count(atMost: min(count, oldBody.count) - prefix)
        var body = Array(oldBody.prefix(prefix))
        body += try fields.raw(count - prefix - suffix)
        body += oldBody.suffix(suffix)
        let header = try nextHeader(
            shapes, fields,
            HeaderPrediction(
                reference: twin?.header ?? HeaderPrediction.zeroBlock, previous: previousExtension,
                byteCount: UInt64(count)))
        previousExtension = header[...]
        body += [UInt8](repeating: 0, count: TarBlock.paddingByteCount(after: UInt64(count)))
        return header + body
    }

    private func nextHeader(
        _ shapes: StreamReader, _ fields: StreamReader, _ prediction: HeaderPrediction
    ) throws -> [UInt8] {
        let differs = try shapes.varint()
        let isLiteral = differs == 0 ? 0 : try shapes.varint()
        guard differs < 1 << 16, isLiteral & ~differs == 0 else {
            throw DeltaError.damaged("unknown header fields")
        }
        var block = Array(prediction.reference)
        for field in HeaderPrediction.order {
            let bit: UInt64 = 1 << UInt64(field.rawValue)
            if differs & bit == 0 {
                guard let value = prediction.computed(field, in: block) else { continue }
                block.replaceSubrange(field.range, with: value)
            } else if isLiteral & bit == 0 {
                block.replaceSubrange(
                    field.range, with: HeaderPrediction.part(of: prediction.previous, field))
            } else {
                var value = try fields.raw(fields.count(atMost: field.range.count))
                value += [UInt8](repeating: 0, count: field.range.count - value.count)
                block.replaceSubrange(field.range, with: value)
            }
        }
        return block
    }
}
