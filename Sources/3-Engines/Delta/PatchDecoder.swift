/// The streams that patches are read from.
struct PatchStreams {
    let control: StreamReader
    let copyCounts: StreamReader
    let literalCounts: StreamReader
    let differences: DifferenceReader
    let literal: StreamReader
}

/// Makes a new content of an old one: the mirror image of `Patch`.
final class PatchDecoder {
    private let old: OldContent
    private let streams: PatchStreams

    init(old: OldContent, _ streams: PatchStreams) {
        self.old = old
        self.streams = streams
    }

    /// Reads the next step.
    ///
    /// - Parameters:
    ///   - position: Where the old bytes of the step before it ended.
    ///   - rest: How many bytes are still to be made.
    /// - Returns: The step.
    /// - Throws: `DeltaError` if the step reaches out of the old content or makes too much.
    private func nextStep(after position: Int, rest: UInt64) throws -> PatchStep {
        let (start, overflows) = Int64(position).addingReportingOverflow(try streams.control.signed())
        let copyCount = try streams.copyCounts.varint()
        let literalCount = try streams.literalCounts.varint()
        guard !overflows, start >= 0, UInt64(start) <= old.byteCount,
            copyCount <= old.byteCount - UInt64(start),
            copyCount <= rest, literalCount <= rest - copyCount, copyCount + literalCount > 0
        else { throw DeltaError.damaged("a patch reaches out of its file") }
        return PatchStep(oldStart: Int(start), copyCount: Int(copyCount), literalCount: Int(literalCount))
    }

    /// Makes that many bytes, step by step.
    func run(_ count: UInt64, _ sink: RecipeDecoder.Sink) throws {
        streams.differences.start()
        var rest = count
        var position = 0
        while rest > 0 {
            try Task.checkCancellation()
            let step = try nextStep(after: position, rest: rest)
            var done = 0
            while done < step.copyCount {
                let count = min(step.copyCount - done, Prediction.blockByteCount)
                var bytes = Array(try old.bytes(at: UInt64(step.oldStart + done), count: count))
                try streams.differences.add(to: &bytes, bytes.indices)
                try sink(bytes[...])
                done += count
            }
            try copyLiteral(step.literalCount, sink)
            rest -= UInt64(step.copyCount + step.literalCount)
            position = step.oldStart + step.copyCount
        }
    }

    /// Makes that many bytes; copies are predicted, which takes all steps and the new content's first bytes.
    ///
    /// - Parameters:
    ///   - count: How many bytes to make.
    ///   - holdsPrograms: Whether the contents hold linked files among other things.
    ///   - sink: Takes them.
    /// - Throws: `DeltaError` for a patch that is damaged, and what reading and `sink` throw.
    func runPredicted(_ count: UInt64, holdsPrograms: Bool = false, _ sink: RecipeDecoder.Sink) throws {
        streams.differences.start()
        let steps = try allSteps(count)
        let oldHead = try old.bytes(at: 0, count: Int(min(old.byteCount, UInt64(ElfImage.headByteCount))))
        let start = holdsPrograms ? 0 : Prediction.start(oldHead: oldHead)
        var head: [UInt8] = []
        var predictor: (any Predictor)?
        var newPosition = 0
        func emit(_ bytes: ArraySlice<UInt8>) throws {
            head += bytes.prefix(start - head.count)
            predictor?.see(bytes, at: newPosition)
            newPosition += bytes.count
            try sink(bytes)
        }
        let readOld = { [old] (offset: Int, count: Int) in try old.bytes(at: UInt64(offset), count: count) }
        if holdsPrograms {
            predictor = try ContainedPredictor(
                steps: steps, oldByteCount: Int(clamping: old.byteCount), readOld: readOld)
            guard predictor != nil else { throw DeltaError.damaged("it predicts what has no references") }
        }
        for step in steps {
            try Task.checkCancellation()
            var done = 0
            while done < step.copyCount {
                let blockCount = min(step.copyCount - done, Prediction.blockByteCount)
                var bytes = Array(try old.bytes(at: UInt64(step.oldStart + done), count: blockCount))
                if newPosition >= start {
                    if predictor == nil {
                        predictor = try Prediction.predictor(
                            oldHead: oldHead, newHead: head[...], steps: steps,
                            oldByteCount: Int(old.byteCount), readOld: readOld)
                        guard predictor != nil else {
                            throw DeltaError.damaged("it predicts what has no references")
                        }
                    }
                    try predict(&bytes, &predictor, oldOffset: step.oldStart + done, newOffset: newPosition)
                }
                try streams.differences.add(to: &bytes, bytes.indices)
                if newPosition >= start { predictor?.learn(from: bytes, at: 0) }
                try emit(bytes[...])
                done += blockCount
            }
            try copyLiteral(step.literalCount, emit)
        }
    }

    private func predict(
        _ bytes: inout [UInt8], _ predictor: inout (any Predictor)?, oldOffset: Int, newOffset: Int
    ) throws {
        var predicted = bytes
        try predictor?.prepare(oldOffset..<oldOffset + bytes.count, newOffset: newOffset)
        guard predictor?.predict(&predicted, oldOffset: oldOffset, newOffset: newOffset) == true else {
            return
        }
        switch try streams.control.byte() {
        case 0: return
        case 1: bytes = predicted
        default: throw DeltaError.damaged("a patch makes an unknown choice")
        }
    }

    private func allSteps(_ count: UInt64) throws -> [PatchStep] {
        var steps: [PatchStep] = []
        var rest = count
        var position = 0
        while rest > 0 {
            guard steps.count < Prediction.stepLimit else {
                throw DeltaError.damaged("a patch has too many steps")
            }
            let step = try nextStep(after: position, rest: rest)
            steps.append(step)
            rest -= UInt64(step.copyCount + step.literalCount)
            position = step.oldStart + step.copyCount
        }
        return steps
    }

    private func copyLiteral(_ count: Int, _ sink: RecipeDecoder.Sink) throws {
        var rest = count
        while rest > 0 {
            let part = try streams.literal.some(atMost: rest)
            try sink(part)
            rest -= part.count
        }
    }
}

/// An old content read in windows: patches mostly move forward through it.
final class OldContent {
    private static let windowByteCount: UInt64 = 1 << 17
    /// After a jump less is read: the next may follow soon.
    private static let jumpByteCount: UInt64 = 1 << 13

    private let references: any ReferenceSource
    private let ordinal: Int
    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0
    let byteCount: UInt64

    init(_ references: any ReferenceSource, _ ordinal: Int) {
        self.references = references
        self.ordinal = ordinal
        byteCount = references.contentByteCount(of: ordinal)
    }

    /// Bytes that the caller knows to be there.
    func bytes(at offset: UInt64, count: Int) throws -> ArraySlice<UInt8> {
        if offset < windowStart || offset + UInt64(count) > windowStart + UInt64(window.count) {
            let isNext = offset >= windowStart && offset <= windowStart + UInt64(window.count)
            windowStart = offset
            let wanted = min(
                max(UInt64(count), isNext ? Self.windowByteCount : Self.jumpByteCount), byteCount - offset)
            window = try references.content(of: ordinal, at: offset, count: Int(wanted))
        }
        let start = Int(offset - windowStart)
        return window[start..<start + count]
    }
}
