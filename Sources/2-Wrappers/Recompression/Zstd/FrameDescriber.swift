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
    /// In large frames, the models of levels "best" and "better" take the receiver up to 24 and 12 MiB more. They are followed
    /// there only if that takes no more than a byte for so many of the data.
    private static let bytesPerByteOfHigher: UInt64 = 1 << 8

    func describe(_ progress: (Int) -> Void) throws -> Repack.Outcome {
        guard plain.byteCount < Repack.Form.zstd.plainLimit else { return .refused(.unknownForm) }
        do {
            guard let program = try choose() else { return .refused(.unknownForm) }
            progress(Int(clamping: plain.byteCount))
            guard try isCut(program) else { return try describe(.zstd, program, progress) }
            if try isLayer(), let outcome = try describeWithTables(program, progress) { return outcome }
            return try describe(.cutZstd, program, progress)
        } catch RecompressionError.reachesTooFar {
            return .refused(.reachesTooFar)
        } catch is RecompressionError {
            return .refused(.unknownForm)
        }
    }

    private func describe(_ form: Repack.Form, _ program: FrameProgram, _ progress: (Int) -> Void) throws
        -> Repack.Outcome
    {
        try Repack.made(form, blob: blob, plain: plain, limit: limit, progress) {
            FrameMachine(
                parser: FrameParser(blob), program: program, isCut: form.isCut,
                makesTables: form == .chunkedZstd, end: Int(plain.byteCount), sink: $0)
        }
    }

    /// What comes of making the tables, too; nil if one of them cannot be followed.
    private func describeWithTables(_ program: FrameProgram, _ progress: (Int) -> Void) throws
        -> Repack.Outcome?
    {
        do {
            return try describe(.chunkedZstd, program, progress)
        } catch is RecompressionError {
            return nil
        }
    }

    /// Whether the blob ends as zstd:chunked layers do: with a name, which was spelled in two ways.
    private func isLayer() throws -> Bool {
        let name = Array("gnulinux".utf8)
        guard blob.byteCount > name.count else { return false }
        return try blob.read(blob.byteCount - UInt64(name.count), name.count).map { $0 | 0x20 } == name
    }

    /// Whether frames' headers are to follow from what they hold: the blob starts with a frame of one block, or its program
    /// is of those that came later than the form that spells headers out.
    private func isCut(_ program: FrameProgram) throws -> Bool {
        try program.codesAllLiterals || front().isWhole
    }

    /// The header of a frame that the blob starts with, and whether the frame is one block.
    private func front() throws -> (header: [UInt8], isWhole: Bool) {
        let parser = FrameParser(blob)
        guard case .frame(let header) = try parser.next() else { return ([], false) }
        return (header, try parser.block().isLast)
    }

    /// The program that describes the front of the blob in the fewest bytes; nil if none is worth it.
    private func choose() throws -> FrameProgram? {
        let front = try front()
        // What a frame says of its window tells most versions of level "better" from others.
        var candidates = FrameProgram.candidates.filter {
            $0.mayHave(front.header)
                && ($0.family.betterGeneration == nil || front.isWhole || $0.header == front.header)
        }
        // So far, all ways of having had the data do the same.
        let window = FrameHeader.window(front.header, atMost: Int(Self.sampleByteCount))
        var count = min(Self.sampleByteCount, UInt64(window + FrameBlock.byteCountLimit))
        var hasLayouts = false
        while true {
            let data = min(count, plain.byteCount)
            let sampled = try candidates.compactMap { program in
                try sampleByteCount(program, of: count).map { (program, $0) }
            }
            guard !sampled.isEmpty else { throw RecompressionError.reachesTooFar }
            let tried = sampled.filter { (program, byteCount) in
                !program.codesAllLiterals || front.isWhole
                    || byteCount <= Self.nearByteCount + Int(data / Self.bytesPerByteOfHigher)
            }
            guard let best = tried.min(by: { $0.1 < $1.1 }) else { return nil }
            candidates = tried.filter { $0.1 <= best.1 + Self.nearByteCount }.map { $0.0 }
            let isEnough = count >= min(Self.sampleLimit, plain.byteCount)
            if hasLayouts {
                if isEnough || candidates.count == 1 { return best.0 }
            } else if isEnough || Set(candidates.map { $0.family }).count == 1 {
                guard best.0.libzstd != nil else { return best.0 }
                hasLayouts = true
                candidates = candidates.filter { $0.family == best.0.family }.flatMap { $0.layouts }
            }
            // What hardly compresses looks the same at all levels.
            count = min(4 * count, Self.sampleLimit)
        }
    }

    /// How many bytes a program takes to describe so many bytes of the front; nil if that reaches further back than it may.
    private func sampleByteCount(_ program: FrameProgram, of count: UInt64) throws -> Int? {
        let machine = FrameMachine(
            parser: FrameParser(blob), program: program, isCut: try isCut(program),
            end: Int(plain.byteCount))
        do {
            try plain.forEachPart(limit: count) { part in
                try Task.checkCancellation()
                try part.withUnsafeBufferPointer { try machine.write($0) }
                return true
            }
            if plain.byteCount <= count { try machine.finish() }
        } catch RecompressionError.reachesTooFar {
            return nil
        }
        return machine.describedByteCount
    }
}
