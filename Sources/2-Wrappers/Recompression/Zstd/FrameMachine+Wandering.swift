/// Blocks without sequences, over which encoders went all the same.
extension FrameMachine {
    /// Lets the model have its own way over a block without sequences; tells of what kind it would be, which is compressed
    /// where that depends on the literals alone.
    func wander(to blockEnd: Int, _ program: FrameProgram) -> FrameBlock.Kind {
        var place = position
        var literalCount = blockEnd - position
        coder.sequenceCount = 0
        while coder.sequenceCount < FrameBlock.sequenceLimit, let sequence = model.predict(place, plain) {
            coder.sequences[coder.sequenceCount] = sequence
            coder.sequenceCount += 1
            place += sequence.byteCount
            literalCount -= Int(sequence.matchLength)
        }
        defer { coder.sequenceCount = 0 }
        if program.libzstd != nil {
            let bytes = UnsafeBufferPointer(start: plain.pointer(position), count: blockEnd - position)
            if !startsAnew(program), bytes.allSatisfy({ $0 == bytes.first }) { return .run }
            return coder.sequenceCount > 0 ? .raw : .compressed
        }
        if coder.isRun(program, literalCount: literalCount) { return .run }
        // The codes of what was coded in vain are not used again.
        let byteCount = blockEnd - position
        let part = program.codesAllLiterals && program.isOlder ? 5 : 6
        if coder.sequenceCount > 0, byteCount - literalCount - byteCount >> part >= 16 {
            coder.codes.reusesLiterals = false
            return .raw
        }
        guard program.codesAllLiterals else { return .raw }
        let isGivenUp = program.isOlder && coder.sequenceCount == 0 && byteCount == program.blockByteCount
        return isGivenUp ? .raw : .compressed
    }
}
