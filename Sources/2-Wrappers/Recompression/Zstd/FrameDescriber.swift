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
            return try Repack.made(.zstd, blob: blob, plain: plain, limit: limit, progress) {
                FrameMachine(
                    parser: FrameParser(blob), program: program, end: Int(plain.byteCount), sink: $0)
            }
        } catch RecompressionError.reachesTooFar {
            return .refused(.reachesTooFar)
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
