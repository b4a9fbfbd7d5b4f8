/// An encoder's way of choosing tokens, made to follow the tokens that a stream really has.
///
/// Where the stream does what the model expects, the model's state moves as the encoder's would; where it does not, the
/// model takes what is there as if it had chosen so itself. So a wrong guess costs a correction, and never derails it.
protocol TokenModel {
    /// Starts anew where an encoder would have been reset.
    ///
    /// - Parameters:
    ///   - start: Position of the first byte to compress.
    ///   - dictionary: How many bytes before it the encoder knows.
    ///   - end: Position behind the last byte of the segment: no match reaches beyond it.
    ///   - plain: The data.
    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView)

    /// Starts a block; most encoders choose tokens before they know where blocks end.
    mutating func beginBlock(at position: Int, _ plain: PlainView)

    /// How many places it looked at so far, and words it compared there.
    var work: Int { get }

    /// The token that the encoder would choose next.
    ///
    /// - Parameters:
    ///   - position: Where the last token ended, before the segment's end.
    ///   - plain: The data.
    /// - Returns: The token.
    mutating func predict(_ position: Int, _ plain: PlainView) -> Token

    /// How many literals the encoder would choose next, if it is known: behind those no call of `accept` is needed.
    mutating func literalCount(_ position: Int, _ plain: PlainView) -> Int

    /// Goes on behind a token.
    ///
    /// - Parameters:
    ///   - actual: The token that is there.
    ///   - predicted: What was predicted.
    ///   - position: Where the token starts.
    ///   - plain: The data.
    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView)
}

extension TokenModel {
    var work: Int { 0 }

    mutating func beginBlock(at position: Int, _ plain: PlainView) {}

    mutating func literalCount(_ position: Int, _ plain: PlainView) -> Int { 0 }
}

/// An encoder that looks for no matches.
struct LiteralModel: TokenModel {
    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainView) {}
    mutating func predict(_ position: Int, _ plain: PlainView) -> Token { .literal(plain[position]) }
    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainView) {}
}
