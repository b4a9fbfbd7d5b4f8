/// Finds out who made a blob of zstd frames, and writes its description.
struct FrameDescriber {
    let blob: ByteSource
    let plain: ByteSource
    let limit: Int

    /// How many bytes candidates are tried on, and how many at most where that does not tell them apart.
    private static let sampleByteCount: UInt64 = 1 << 20
    private static let sampleLimit: UInt64 = 1 << 24
    /// Programs whose descriptions differ by no more are not told apart.
    private static let nearByteCount = 64
    /// In large frames, the model of level "best" takes the receiver 32 MiB more. It is followed there only if it takes no more
    /// than a byte for so many of the data.
    private static let bytesPerByteOfBest: UInt64 = 1 << 8

    func describe(_ progress: (Int) -> Void) throws -> Repack.Outcome {
        guard plain.byteCount < Repack.Form.zstd.plainLimit else { return .refused(.unknownForm) }
        do {
            guard let program = try choose() else { return .refused(.unknownForm) }
            progress(Int(clamping: plain.byteCount))
            let form: Repack.Form = try isCut(program) ? .cutZstd : .zstd
            return try Repack.made(form, blob: blob, plain: plain, limit: limit, progress) {
                FrameMachine(
                    parser: FrameParser(blob), program: program, isCut: form == .cutZstd,
                    end: Int(plain.byteCount), sink: $0)
            }
        } catch RecompressionError.reachesTooFar {
            return .refused(.reachesTooFar)
        } catch is RecompressionError {
            return .refused(.unknownForm)
        }
    }

    /// Whether frames' headers are to follow from what they hold: the blob starts with a frame of one block, or its program
    /// is of those that came later than the form that spells headers out.
    private func isCut(_ program: FrameProgram) throws -> Bool {
        try program.codesAllLiterals || startsWithWhole()
    }

    private func startsWithWhole() throws -> Bool {
        let parser = FrameParser(blob)
        guard case .frame = try parser.next() else { return false }
        return try parser.block().isLast
    }

    /// The program that describes the front of the blob in the fewest bytes; nil if none is worth it.
    private func choose() throws -> FrameProgram? {
        let startsWithWhole = try startsWithWhole()
        var candidates = FrameProgram.candidates
        var count = Self.sampleByteCount
        while true {
            let data = min(count, plain.byteCount)
            let tried = try candidates.map { ($0, try sampleByteCount($0, of: count)) }
                .filter { (program, byteCount) in
                    !program.codesAllLiterals || startsWithWhole
                        || byteCount <= Self.nearByteCount + Int(data / Self.bytesPerByteOfBest)
                }
            guard let best = tried.min(by: { $0.1 < $1.1 }) else { return nil }
            candidates = tried.filter { $0.1 <= best.1 + Self.nearByteCount }.map { $0.0 }
            // What hardly compresses looks the same at all levels.
            count *= 4
            guard Set(candidates.map { $0.family }).count > 1, count <= Self.sampleLimit,
                count / 4 < plain.byteCount
            else { return best.0 }
        }
    }

    /// How many bytes a program takes to describe so many bytes of the front.
    private func sampleByteCount(_ program: FrameProgram, of count: UInt64) throws -> Int {
        let machine = FrameMachine(
            parser: FrameParser(blob), program: program, isCut: try isCut(program),
            end: Int(plain.byteCount))
        try plain.forEachPart(limit: count) { part in
            try Task.checkCancellation()
            try part.withUnsafeBufferPointer { try machine.write($0) }
            return true
        }
        if plain.byteCount <= count { try machine.finish() }
        return machine.describedByteCount
    }
}
