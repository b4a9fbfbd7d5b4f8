/// How the parts of a compressed block are written, in the light of what is expected.
extension FrameMachine {
    func codeChoices(_ block: inout FrameBlock, _ expected: FrameBlock) throws {
        let literals = plan.choice(block.literals.rawValue, expected: expected.literals.rawValue, .literals)
        block.literals = FrameBlock.Literals(rawValue: literals) ?? .raw
        // Headers have 1 to 3 bytes, 3 to 5 where literals are coded.
        let least = block.literals.isCoded ? 3 : 1
        let expectedHeader =
            block.literals.isCoded == expected.literals.isCoded ? expected.literalHeaderByteCount - least : 3
        block.literalHeaderByteCount =
            least
            + plan.choice(block.literalHeaderByteCount - least, expected: expectedHeader, .literalHeader)
        if block.literals.isCoded {
            block.hasFourStreams = plan.flag(
                block.hasFourStreams, .hasFourStreams, context: expected.hasFourStreams)
        }
        if block.literals == .coded {
            block.literalDescription = try description(
                block.literalDescription, expected.literalDescription, .sameLiteralCode, .literalCodeByteCount
            )
        }
        guard coder.sequenceCount > 0 else { return }
        for part in 0..<3 {
            let mode = plan.choice(
                block.modes[part].rawValue, expected: expected.modes[part].rawValue, .mode, part: part)
            block.modes[part] = FrameBlock.Mode(rawValue: mode) ?? .predefined
            switch block.modes[part] {
            case .described:
                block.descriptions[part] = try description(
                    block.descriptions[part], expected.descriptions[part], .sameSequenceCode,
                    .sequenceCodeByteCount)
            case .run: block.descriptions[part] = [UInt8(max(coder.partCounts[part].count - 1, 0))]
            case .predefined, .asBefore: break
            }
        }
    }

    /// Codes the description of a code, which may be the expected one.
    private func description(
        _ actual: [UInt8], _ expected: [UInt8], _ flag: FramePlanCoder.Flag, _ number: FramePlanCoder.Number
    ) throws -> [UInt8] {
        if plan.flag(actual == expected, flag) { return expected }
        return try plan.bytes(actual, number, atMost: 256)
    }
}
