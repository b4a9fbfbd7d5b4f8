extension Repack {
    /// A description whose encoder is not looked up yet.
    init(_ bytes: [UInt8]) throws {
        let about = try Self.about(ByteSource(bytes))
        self.init(bytes: bytes, encoder: about.encoder, takesOldBlob: about.takesOldBlob)
    }

    /// What a description says of itself.
    ///
    /// - Parameter description: The description.
    /// - Returns: The encoder of its first member or frame, such as `gzip by Go, level 6`, and whether it takes an old blob.
    /// - Throws: `RecompressionError` if it is none, and what reading throws.
    public static func about(_ description: ByteSource) throws -> (encoder: String, takesOldBlob: Bool) {
        let header = try Header(description)
        let coder = Rebuilder.coder(description, at: header.planOffset, header.planByteCount)
        // What is followed with a model of another encoder takes far more than what is followed with its own. The tables of
        // contents of layers that are cut by file are kept as they are, and take some percent, but no sequences.
        let ownByteCount = header.form.isCut ? header.tokenByteCount : description.byteCount
        let isOwn = ownByteCount <= leastByteCount + header.blobByteCount / blobBytesPerByte
        switch header.form {
        case .gzip:
            let first = try gzipProgram(PlanCoder(coder))
            let takesOldBlob = first?.program.mode == .allBesideOld
            guard let first, !first.program.servesAny else {
                return ("gzip by an unknown encoder", takesOldBlob)
            }
            let isExact = isOwn && !takesOldBlob
            let tool = first.program.tool(segmentByteCount: first.segmentByteCount)
            return ("gzip \(isExact ? "by" : "by an encoder like") \(tool)", takesOldBlob)
        case .zstd, .cutZstd, .chunkedZstd:
            guard isOwn, let program = try zstdProgram(FramePlanCoder(coder), isCut: header.form.isCut) else {
                return ("zstd by an unknown encoder", false)
            }
            return ("zstd by \(program.tool)", false)
        }
    }

    /// A description is one of its encoder's own blob if it takes no more than this and a byte for so many of the blob.
    private static let leastByteCount: UInt64 = 200
    private static let blobBytesPerByte: UInt64 = 512

    /// The program of the first member, and how long its first segment is, if it has several; nil if there is none.
    private static func gzipProgram(_ plan: PlanCoder) throws -> (program: Program, segmentByteCount: Int?)? {
        guard plan.flag(false, .memberFollows) else { return nil }
        if !plan.flag(false, .sameHeader) {
            let count = min(plan.number(0, .headerByteCount), DeflateParser.headerLimit)
            _ = plan.headerBytes([], count: count)
        }
        guard let program = Program(numbers: (0..<Program.numberCount).map { _ in plan.number(0, .program) })
        else { throw RecompressionError.damaged("it names an unknown encoder") }
        if !plan.flag(false, .memberIsRest) { _ = plan.number(0, .memberByteCount) }
        guard program.dictionary != nil, !plan.flag(false, .segmentIsUsual) else { return (program, nil) }
        return (program, plan.number(0, .segmentByteCount))
    }

    /// The program of the first frame that holds something; nil if there is none.
    private static func zstdProgram(_ plan: FramePlanCoder, isCut: Bool) throws -> FrameProgram? {
        while plan.flag(false, .follows) {
            if plan.flag(false, .isSkippable) {
                _ = plan.number(0, .skippable)
                _ = try plan.bytes([], .skippableByteCount, atMost: 1 << 26)
                guard !plan.coder.isExhausted else { break }
                continue
            }
            if !isCut, !plan.flag(false, .sameHeader) { _ = try plan.bytes([], .headerByteCount, atMost: 14) }
            guard
                let program = FrameProgram(
                    numbers: (0..<FrameProgram.numberCount).map { _ in plan.number(0, .program) })
            else { throw RecompressionError.damaged("it names an unknown encoder") }
            return program
        }
        return nil
    }
}

extension Repack.Outcome {
    /// A description of a part of the data that is too long already.
    static func tooLong(_ byteCount: Int, for done: UInt64, of all: UInt64) -> Self {
        // What little was gone through of much may tell of more than there can be.
        let likely = Double(byteCount) * Double(all) / Double(max(done, 1))
        return .refused(.tooLong(byteCount: UInt64(min(likely, Double(1 << 50)))))
    }
}

extension Program {
    /// Whether it is nobody's encoder in particular.
    var servesAny: Bool { family == .general || family == .cheapest }

    /// Whose encoder it is, in words.
    ///
    /// - Parameter segmentByteCount: How long the first segment is, if there are several.
    /// - Returns: The words.
    func tool(segmentByteCount: Int?) -> String {
        let isCut = dictionary != nil
        return switch family {
        case .literal: "an encoder without matches"
        case .run: "zlib, runs alone"
        case .zlib: "\(isCut ? cutZlib(segmentByteCount) : zlib), level \(level)"
        case .zlibNg: "zlib-ng\(variant & 2 != 0 ? " with flushes" : ""), level \(level)"
        case .isal: "ISA-L\(variant & 2 != 0 ? " with flushes" : ""), level \(level)"
        case .libdeflate: "libdeflate, level \(level)"
        case .miniz: "miniz, level \(level)"
        case .gnuGzip: "GNU gzip, level \(level)"
        case .goChain: "Go, level \(level)"
        case .goFast: "Go, level 1"
        case .klauspost, .klauspostLazy: "\(isCut ? "pgzip" : "klauspost/compress"), level \(level)"
        case .general, .cheapest: "any encoder"
        }
    }
}

extension Program {
    /// Which zlib it is.
    private var zlib: String {
        switch placeHash {
        case .zlib, .product: "zlib"
        case .chromium: "Chromium's zlib"
        case .checksum: "Chromium's zlib before 2022"
        }
    }

    /// Who cut a stream of zlib into segments.
    private func cutZlib(_ segmentByteCount: Int?) -> String {
        if variant & 4 != 0 { return "pigz --rsyncable" }
        if variant & 2 != 0 { return "\(zlib) with flushes" }
        // pigz takes 128 KiB at a time, or a multiple when told. From level 4 on a flush changes nothing else.
        let isOfPigz = level < 4 || (segmentByteCount ?? 1) % (1 << 17) == 0
        return isOfPigz ? "pigz" : "\(zlib) with flushes, or pigz"
    }
}

extension FrameProgram {
    /// Whose encoder it is, in words.
    var tool: String {
        switch family {
        case .literal: "an encoder without matches"
        case .fastest: "klauspost/compress, fastest"
        case .standard: "klauspost/compress, default"
        case .best, .olderBest: "klauspost/compress, best"
        case .better, .wideBetter, .olderBetter, .oldBetter, .firstBetter: "klauspost/compress, better"
        case .fast: "libzstd, level 1"
        case .wideFast, .fewDoubleFast: "libzstd, level 2"
        case .doubleFast: "libzstd, level 3"
        case .wideDoubleFast: "libzstd, level 4"
        }
    }
}
