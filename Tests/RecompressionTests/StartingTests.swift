import TestSupport
import Testing

@testable import Recompression

/// Where an encoder starts anew, it knows nothing of what came before, though that is not always cleared.
struct StartingTests {
    private static let text = Content.text(5, 70_000)

    /// The tokens that a model chooses for a stretch of the data.
    private static func tokens(
        _ model: inout some TokenModel, _ stretch: Range<Int>, dictionary: Int = 0, _ plain: PlainBuffer
    ) -> [Token] {
        let view = PlainView(plain)
        model.start(at: stretch.lowerBound, dictionary: dictionary, end: stretch.upperBound, view)
        var tokens: [Token] = []
        var position = stretch.lowerBound
        while position < stretch.upperBound {
            let token = model.predict(position, view)
            model.accept(token, predicted: token, position, view)
            tokens.append(token)
            position += token.byteCount
        }
        return tokens
    }

    /// Checks the tokens of a stretch behind others, which hold the same, against those of a model that saw no other.
    private static func check<Model: TokenModel>(dictionary: Int = 0, _ make: () -> Model) {
        for byteCounts in [[3], [200, 1, 900], [5_000, 60], [700, 0], [40_000], [300, 66_000, 20]] {
            let plain = PlainBuffer()
            let content = byteCounts.flatMap { text.prefix($0) } + text.prefix(20_000)
            _ = content.withUnsafeBufferPointer { plain.append($0, keeping: 0) }
            plain.complete()
            var model = make()
            var start = 0
            for byteCount in byteCounts {
                _ = tokens(&model, start..<start + byteCount, plain)
                start += byteCount
            }
            var other = make()
            let known = min(dictionary, start)
            let found = tokens(&model, start..<content.count, dictionary: known, plain)
            #expect(found.contains { $0.isMatch })
            #expect(found == tokens(&other, start..<content.count, dictionary: known, plain))
        }
    }

    @Test(arguments: 1...9) func `zlib and gzip start anew`(_ level: Int) {
        for encoder in [DeflateParameters.Encoder.zlib, .gnuGzip] {
            let parameters = DeflateParameters(encoder: encoder, level: level, memoryLevel: 8)
            for dictionary in [0, 1 << 15] {
                Self.check(dictionary: dictionary) {
                    ZlibModel(Tuning(parameters), isFiltered: false, goesOn: false, hasJobs: false)
                }
            }
        }
    }

    @Test(arguments: 2...9) func `Go starts anew`(_ level: Int) {
        Self.check { GoChainModel(level: level) }
    }

    @Test func `Go starts anew at level 1`() { Self.check { StepModel(GoFastEncoder()) } }

    @Test(arguments: 1...10) func `miniz starts anew`(_ level: Int) {
        if level == 1 { Self.check { MinizFastModel() } } else { Self.check { MinizModel(level: level) } }
    }

    @Test(arguments: 1...9, [0, 1 << 14, 1 << 15])
    func `klauspost starts anew`(_ level: Int, _ dictionary: Int) {
        switch level {
        case 1...3:
            Self.check(dictionary: dictionary) {
                StepModel(KlauspostFastEncoder(level: level, generation: .from1_15_10))
            }
        case 4:
            Self.check(dictionary: dictionary) { StepModel(KlauspostMiddleEncoder(generation: .from1_15_10)) }
        case 5...6:
            Self.check(dictionary: dictionary) {
                StepModel(KlauspostLongEncoder(level: level, generation: .from1_15_10))
            }
        default:
            Self.check(dictionary: dictionary) { KlauspostLazyModel(level: level, generation: .from1_18_2) }
        }
    }

    @Test(arguments: 2...9) func `zlib-ng starts anew`(_ level: Int) {
        Self.check { ZlibNgModel(level: level) }
    }

    @Test(arguments: 0...2) func `ISA-L starts anew`(_ level: Int) {
        Self.check { IsalModel(level: level, goesOn: false) }
    }

    @Test(arguments: [PlaceHash.product, .checksum]) func `zlib-ng starts anew at level 1`(_ hash: PlaceHash)
    {
        Self.check { ZlibNgQuickModel(hash: hash, goesOn: false) }
    }

    @Test(arguments: [LibdeflateModel.Generation.from1_19, .before1_16])
    func `libdeflate starts anew`(_ generation: LibdeflateModel.Generation) {
        Self.check { LibdeflateModel(level: 10, generation: generation) }
    }

    @Test(arguments: 1...9, [LibdeflateModel.Generation.from1_19, .before1_9])
    func `libdeflate starts anew at low levels`(_ level: Int, _ generation: LibdeflateModel.Generation) {
        if level == 1, generation == .from1_19 { Self.check { LibdeflatePairModel() } }
        guard generation.makes(level) else { return }
        Self.check { LibdeflateChainModel(level: level, generation: generation) }
    }

    @Test func `searching for the cheapest way starts anew`() {
        let content = Self.text.prefix(3_000) + Self.text.prefix(9_000)
        let plain = PlainBuffer()
        _ = content.withUnsafeBufferPointer { plain.append($0, keeping: 0) }
        plain.complete()
        let (tree, other) = (MatchTree(hopCount: 256), MatchTree(hopCount: 256))
        tree.start(at: 0, end: 3_000)
        tree.index(before: 3_000, plain)
        for tree in [tree, other] {
            tree.start(at: 3_000, end: content.count)
            tree.index(before: content.count, plain)
        }
        for position in 3_000..<content.count {
            #expect(tree.longest(position) == other.longest(position))
        }
        #expect((3_000..<content.count).contains { tree.longest($0) > 20 })
    }
}
