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
    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainBuffer)

    /// The token that the encoder would choose next.
    ///
    /// - Parameters:
    ///   - position: Where the last token ended, before the segment's end.
    ///   - plain: The data.
    /// - Returns: The token.
    mutating func predict(_ position: Int, _ plain: PlainBuffer) -> Token

    /// Goes on behind a token.
    ///
    /// - Parameters:
    ///   - actual: The token that is there.
    ///   - predicted: What was predicted.
    ///   - position: Where the token starts.
    ///   - plain: The data.
    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainBuffer)
}

/// An encoder that looks for no matches.
struct LiteralModel: TokenModel {
    mutating func start(at start: Int, dictionary: Int, end: Int, _ plain: PlainBuffer) {}
    mutating func predict(_ position: Int, _ plain: PlainBuffer) -> Token { .literal(plain[position]) }
    mutating func accept(_ actual: Token, predicted: Token, _ position: Int, _ plain: PlainBuffer) {}
}
