/// Finds out who made a blob of zstd frames, and writes its description.
struct FrameDescriber {
    let blob: ByteSource
    let plain: ByteSource
    let limit: Int

    /// How many bytes candidates are tried on.
    private static let sampleByteCount: UInt64 = 1 << 20

    func describe(_ progress: (Int) -> Void) throws -> Repack.Outcome {
        guard plain.byteCount < Repack.Form.zstd.plainLimit else { return .refused(.unknownForm) }
        do {
            guard let program = try choose() else { return .refused(.unknownForm) }
            progress(Int(clamping: plain.byteCount))
            let check = BlobCheck(blob)
            let machine = FrameMachine(
                parser: FrameParser(blob), program: program, end: Int(plain.byteCount), sink: check.take)
            var isShort = true
            var done: UInt64 = 0
            try plain.forEachPart { part in
                try Task.checkCancellation()
                try part.withUnsafeBufferPointer { try machine.write($0) }
                progress(part.count)
                done += UInt64(part.count)
                isShort = machine.describedByteCount <= limit
                return isShort && check.isRight
            }
            guard isShort else { return .tooLong(machine.describedByteCount, for: done, of: plain.byteCount) }
            guard check.isRight else { return .refused(.unknownForm) }
            try machine.finish()
            let (plan, sequences) = machine.description()
            let bytes = Repack.assemble(
                .zstd, plainByteCount: plain.byteCount, blobByteCount: blob.byteCount, plan: plan,
                tokens: sequences)
            guard bytes.count <= limit else { return .refused(.tooLong(byteCount: UInt64(bytes.count))) }
            guard check.isWhole,
                try machine.missCount == 0 || Repack.makes(blob, of: plain, by: bytes, progress)
            else { return .refused(.unknownForm) }
            // Sequences that the model made itself it makes again: that is not gone through.
            if machine.missCount == 0 { progress(Int(clamping: plain.byteCount)) }
            return .described(try Repack(bytes))
        } catch is RecompressionError {
            return .refused(.unknownForm)
        }
    }

    /// The program that describes the front of the blob in the fewest bytes; nil if none is worth it.
    private func choose() throws -> FrameProgram? {
        var best: (program: FrameProgram, byteCount: Int)?
        for program in FrameProgram.candidates {
            let machine = FrameMachine(
                parser: FrameParser(blob), program: program, end: Int(plain.byteCount))
            try plain.forEachPart(limit: Self.sampleByteCount) { part in
                try Task.checkCancellation()
                try part.withUnsafeBufferPointer { try machine.write($0) }
                return true
            }
            if plain.byteCount <= Self.sampleByteCount { try machine.finish() }
            if machine.describedByteCount < best?.byteCount ?? .max {
                best = (program, machine.describedByteCount)
            }
        }
        return best?.program
    }
}
