public import ContentDiff

extension StoredText {
    /// So much of a content tells its encoding.
    private static let probeByteCount = 1 << 20

    /// Recognises a text, in an older encoding, too, if it is certain which one; nil if it is none.
    ///
    /// - Parameter content: All of a file's content.
    public init?(recognising content: [UInt8]) {
        self.init(content) { content in
            guard let encoding = TextEncoding.likely(content.prefix(Self.probeByteCount)),
                let text = encoding.decoded(content), encoding.letters.make(text)
            else { return nil }
            return Decoded(
                text: text,
                encoding: encoding.takesOneByte ? "8-bit, as \(encoding.name)" : "as \(encoding.name)",
                takesOneByte: encoding.takesOneByte)
        }
    }

    /// Takes a content for a text in an encoding; nil if it means nothing in it. What is Unicode for certain stays that.
    ///
    /// - Parameters:
    ///   - content: All of a file's content.
    ///   - encoding: The encoding.
    public init?(_ content: [UInt8], in encoding: TextEncoding) {
        if let known = StoredText(content), known.isUnicode {
            self = known
            return
        }
        guard let text = encoding.decoded(content) else { return nil }
        self.init(
            content,
            as: Decoded(
                text: text, encoding: "\(encoding.name), as chosen", takesOneByte: encoding.takesOneByte))
    }
}
