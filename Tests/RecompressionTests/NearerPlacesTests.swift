import TestSupport
import Testing

@testable import Recompression

/// Searches along places that have more in common than their hash, beside those along all places, as encoders do them.
struct NearerPlacesTests {
    /// What differs in how much places have in common.
    enum Kind: CaseIterable {
        case fewBytes
        case words
        case runs
        case records
        case headers
        case noise
        case copies

        func content(_ random: inout SplitMix64, count: Int) -> [UInt8] {
            var content: [UInt8] = []
            let words = (0..<200).map { _ in
                (0..<Int.random(in: 2...12, using: &random)).map { _ in
                    UInt8.random(in: 97...110, using: &random)
                }
            }
            while content.count < count {
                switch self {
                case .fewBytes: content.append(UInt8.random(in: 0..<3, using: &random))
                case .words: content += words[Int.random(in: 0..<200, using: &random)] + [32]
                case .runs:
                    content += Array(
                        repeating: UInt8.random(in: 0..<4, using: &random),
                        count: Int.random(in: 1...600, using: &random))
                case .records:
                    content +=
                        Array("record".utf8) + (0..<5).map { _ in UInt8.random(in: 0..<8, using: &random) }
                case .headers:
                    content += Array("folder/file\(100_000 + content.count / 512)".utf8)
                    content += Array(repeating: 0, count: 489) + Array("ustar ".utf8)
                case .noise: content.append(UInt8.random(in: 0...255, using: &random))
                case .copies:
                    content.append(UInt8.random(in: 0...255, using: &random))
                    let start =
                        content.count - Int.random(in: 1...min(content.count, 1 << 15 - 1), using: &random)
                    for place in start..<start + Int.random(in: 1...400, using: &random) {
                        content.append(content[place])
                    }
                }
            }
            return Array(content[..<count])
        }
    }

    private struct Found: Equatable {
        var position: Int
        var length: Int
        var start: Int
    }

    private static func search(
        _ content: [UInt8], _ parameters: DeflateParameters, usesNearer: Bool
    ) -> (found: [Found], work: Int) {
        var window = Window()
        var found: [Found] = []
        content.withUnsafeBufferPointer { content in
            window.reset(content, Tuning(parameters))
            window.usesNearer = window.usesNearer && usesNearer
            var passed = 0
            while true {
                window.fill()
                guard window.lookahead >= Limits.minimumMatch else { return }
                let head = window.insert(window.position)
                // Lengths to beat as they come, but more often long ones.
                let known = 2 + passed * 7 % 13 / (1 + passed % 3)
                if window.canSearch(head), known < window.lookahead {
                    let length = window.search(head, beating: known)
                    let start = length > known ? window.position - window.matchStart : 0
                    found.append(Found(position: passed, length: length, start: start))
                }
                window.position += 1
                window.lookahead -= 1
                passed += 1
            }
        }
        return (found, window.work)
    }

    @Test(arguments: Kind.allCases) func `a window finds what it finds among all places`(_ kind: Kind) {
        var random = SplitMix64(seed: 7)
        let content = kind.content(&random, count: 150_000)
        for encoder in [DeflateParameters.Encoder.zlib, .gnuGzip] {
            for level in [6, 8, 9] {
                let parameters = DeflateParameters(encoder: encoder, level: level, memoryLevel: 8)
                let all = Self.search(content, parameters, usesNearer: false)
                let nearer = Self.search(content, parameters, usesNearer: true)
                #expect(all.found.count > 1_000 || kind == .noise)
                #expect(all.found == nearer.found)
                // A search that comes to nothing is made anew.
                #expect(nearer.work <= 5 * all.work + content.count)
                if kind == .words, level == 9 { #expect(2 * nearer.work < all.work) }
                // What all records start with is everywhere, and what tells them apart is rare.
                if kind == .headers, level == 9 { #expect(8 * nearer.work < all.work) }
            }
        }
    }

    private static func tokens(_ content: [UInt8], level: Int, mayUseNearer: Bool) -> (
        tokens: [Token], work: Int
    ) {
        let plain = PlainBuffer()
        _ = content.withUnsafeBufferPointer { plain.append($0, keeping: 0) }
        plain.complete()
        let view = PlainView(plain)
        var model = GoChainModel(level: level, mayUseNearer: mayUseNearer)
        model.start(at: 0, dictionary: 0, end: content.count, view)
        var tokens: [Token] = []
        var position = 0
        while position < content.count {
            let predicted = model.predict(position, view)
            // Now and then the encoder takes something else.
            let token = tokens.count % 97 == 5 ? Token.literal(content[position]) : predicted
            model.accept(token, predicted: predicted, position, view)
            tokens.append(predicted)
            position += token.byteCount
        }
        return (tokens, model.work)
    }

    @Test(arguments: Kind.allCases) func `Go's model finds what it finds among all places`(_ kind: Kind) {
        var random = SplitMix64(seed: 8)
        let content = kind.content(&random, count: 150_000)
        for level in 7...9 {
            let all = Self.tokens(content, level: level, mayUseNearer: false)
            let nearer = Self.tokens(content, level: level, mayUseNearer: true)
            #expect(all.tokens == nearer.tokens)
            if kind == .words, level == 9 { #expect(nearer.work < all.work) }
            if kind == .headers, level == 9 { #expect(8 * nearer.work < all.work) }
        }
    }
}
