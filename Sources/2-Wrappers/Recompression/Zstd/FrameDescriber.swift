/// Finds out who made a blob of zstd frames, and writes its description.
struct FrameDescriber {
    let blob: ByteSource
    let plain: ByteSource
    let limit: Int

    /// How many bytes candidates are tried on.
    private static let sampleByteCount: UInt64 = 1 << 20

    /// Where more sequences are wrong than one in so many bytes, the encoder is another than the program's.
    private static let bytesPerMiss: UInt64 = 1 << 14

    func describe(_ progress: (Int) -> Void) throws -> Repack? {
        guard plain.byteCount < Repack.Form.zstd.plainLimit else { return nil }
        do {
            guard let program = try choose() else { return nil }
            progress(Int(clamping: plain.byteCount))
            let machine = FrameMachine(
                parser: FrameParser(blob), program: program, end: Int(plain.byteCount))
            var isShort = true
            try plain.forEachPart { part in
                try Task.checkCancellation()
                try part.withUnsafeBufferPointer { try machine.write($0) }
                progress(part.count)
                isShort = machine.describedByteCount <= limit
                return isShort
            }
            guard isShort else { return nil }
            try machine.finish()
            let (plan, sequences) = machine.description()
            let bytes = Repack.assemble(
                .zstd, plainByteCount: plain.byteCount, blobByteCount: blob.byteCount, plan: plan,
                tokens: sequences)
            guard bytes.count <= limit, try Repack.makes(blob, of: plain, by: bytes, progress) else {
                return nil
            }
            let isAnother = machine.missCount > 1 + Int(plain.byteCount / Self.bytesPerMiss)
            return Repack(
                bytes: bytes, encoder: isAnother ? "another zstd encoder" : program.description)
        } catch is RecompressionError {
            return nil
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

extension FrameProgram {
    /// Whose encoder it is, in words.
    var description: String {
        switch family {
        case .literal: "zstd without matches"
        case .fastest: "klauspost zstd, fastest"
        case .standard: "klauspost zstd, default"
        }
    }
}
