/// Makes a new content of an old one: the mirror image of `Patch`.
final class PatchDecoder {
    private let old: OldContent
    private let control: StreamReader
    private let difference: StreamReader
    private let literal: StreamReader

    init(old: OldContent, control: StreamReader, difference: StreamReader, literal: StreamReader) {
        self.old = old
        self.control = control
        self.difference = difference
        self.literal = literal
    }

    /// Reads the next step.
    ///
    /// - Parameters:
    ///   - position: Where the old bytes of the step before it ended.
    ///   - rest: How many bytes are still to be made.
    /// - Returns: The step.
    /// - Throws: `DeltaError` if the step reaches out of the old content or makes too much.
    private func nextStep(after position: Int, rest: UInt64) throws -> PatchStep {
        let (start, overflows) = Int64(position).addingReportingOverflow(try control.signed())
        let copyCount = try control.varint()
        let literalCount = try control.varint()
        guard !overflows, start >= 0, UInt64(start) <= old.byteCount,
            copyCount <= old.byteCount - UInt64(start),
            copyCount <= rest, literalCount <= rest - copyCount, copyCount + literalCount > 0
        else { throw DeltaError.damaged("a patch reaches out of its file") }
        return PatchStep(oldStart: Int(start), copyCount: Int(copyCount), literalCount: Int(literalCount))
    }

    /// Makes that many bytes, step by step.
    func run(_ count: UInt64, _ sink: RecipeDecoder.Sink) throws {
        var rest = count
        var position = 0
        while rest > 0 {
            try Task.checkCancellation()
            let step = try nextStep(after: position, rest: rest)
            var done = 0
            while done < step.copyCount {
                let differences = try difference.some(atMost: step.copyCount - done)
                var bytes = Array(
                    try old.bytes(at: UInt64(step.oldStart + done), count: differences.count))
                Self.add(differences, to: &bytes, at: 0)
                try sink(bytes[...])
                done += differences.count
            }
            try copyLiteral(step.literalCount, sink)
            rest -= UInt64(step.copyCount + step.literalCount)
            position = step.oldStart + step.copyCount
        }
    }

    /// Makes that many bytes; copies are predicted, which takes all steps and the new content's first bytes.
    func runPredicted(_ count: UInt64, _ sink: RecipeDecoder.Sink) throws {
        let steps = try allSteps(count)
        let oldHead = try old.bytes(at: 0, count: Int(min(old.byteCount, UInt64(ElfImage.headByteCount))))
        var head: [UInt8] = []
        func emit(_ bytes: ArraySlice<UInt8>) throws {
            head += bytes.prefix(ElfImage.headByteCount - head.count)
            try sink(bytes)
        }
        var predictor: ReferencePredictor?
        var newPosition = 0
        for step in steps {
            try Task.checkCancellation()
            var done = 0
            while done < step.copyCount {
                let blockCount = min(step.copyCount - done, ReferencePredictor.blockByteCount)
                var bytes = Array(try old.bytes(at: UInt64(step.oldStart + done), count: blockCount))
                if newPosition >= ElfImage.headByteCount {
                    if predictor == nil {
                        predictor = ReferencePredictor(oldHead: oldHead, newHead: head[...], steps: steps)
                        guard predictor != nil else {
                            throw DeltaError.damaged("it predicts what has no references")
                        }
                    }
                    try predict(&bytes, predictor, oldOffset: step.oldStart + done, newOffset: newPosition)
                }
                try addDifferences(to: &bytes)
                try emit(bytes[...])
                done += blockCount
                newPosition += blockCount
            }
            try copyLiteral(step.literalCount, emit)
            newPosition += step.literalCount
        }
    }

    private func predict(
        _ bytes: inout [UInt8], _ predictor: ReferencePredictor?, oldOffset: Int, newOffset: Int
    ) throws {
        var predicted = bytes
        guard let predictor, predictor.predict(&predicted, oldOffset: oldOffset, newOffset: newOffset) else {
            return
        }
        switch try control.byte() {
        case 0: return
        case 1: bytes = predicted
        default: throw DeltaError.damaged("a patch makes an unknown choice")
        }
    }

    private func addDifferences(to bytes: inout [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let differences = try difference.some(atMost: bytes.count - done)
            Self.add(differences, to: &bytes, at: done)
            done += differences.count
        }
    }

    /// Adds numbers to those from a place on; written so that the compiler makes vectors of it.
    private static func add(_ differences: ArraySlice<UInt8>, to bytes: inout [UInt8], at start: Int) {
        unsafe bytes.withUnsafeMutableBufferPointer { target in
            unsafe differences.withUnsafeBufferPointer { source in
                for index in 0..<min(source.count, target.count - start) {
                    unsafe target[start + index] &+= unsafe source[index]
                }
            }
        }
    }

    private func allSteps(_ count: UInt64) throws -> [PatchStep] {
        var steps: [PatchStep] = []
        var rest = count
        var position = 0
        while rest > 0 {
            guard steps.count < ReferencePredictor.stepLimit else {
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
            let part = try literal.some(atMost: rest)
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
