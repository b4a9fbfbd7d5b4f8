/// Codes tokens one by one, so that some of them may be known otherwise.
class TokenCodingRunner: TokenRunner {
    /// Codes what is not known.
    final let coder: AdaptiveCoder

    init(_ coder: AdaptiveCoder) { self.coder = coder }

    /// Codes the token at a position.
    ///
    /// - Parameters:
    ///   - actual: The token; who decodes takes no notice of it.
    ///   - position: Where it starts.
    ///   - plain: The data.
    /// - Returns: The token.
    /// - Throws: `RecompressionError` if what is coded contradicts the data, and what reading old data throws.
    func code(_ actual: Token, _ position: Int, _ plain: PlainBuffer) throws -> Token { actual }

    /// Goes on behind a token that is known otherwise.
    func pass(_ token: Token, _ position: Int, _ plain: PlainBuffer) {}

    override func follow(_ run: inout Run, _ plain: PlainBuffer) throws {
        while run.count < run.countLimit, run.position < run.positionLimit, plain.reaches(run.position) {
            let actual = try code(coder.isDecoding ? 0 : run.tokens[run.count], run.position, plain)
            run.tokens[run.count] = actual
            run.count &+= 1
            run.position &+= actual.byteCount
        }
    }
}
