/// A blob that both sides have, made by the same encoder as the one that is described: how that encoder went through its
/// data tells how it went through the same data elsewhere.
public struct OldBlob {
    let plain: ByteSource
    let tokens: OldTokens
    let anchors: Anchors

    /// Goes through a blob once, and through what it holds.
    ///
    /// - Parameters:
    ///   - blob: The blob.
    ///   - plain: What it holds.
    ///   - store: Keeps the blob's matches.
    /// - Throws: What reading and writing throw; `RecompressionError` if the blob is not made of gzip members that hold that.
    public init(blob: ByteSource, plain: ByteSource, store: any TokenStore) throws {
        self.plain = plain
        tokens = try OldTokens(
            DeflateParser(byteCount: blob.byteCount, read: blob.read), end: Int(clamping: plain.byteCount),
            store)
        anchors = try Anchors(plain)
    }
}

/// Keeps what may be too much for memory: written once in order, then read at any offset.
public protocol TokenStore {
    /// Adds bytes at the end.
    func append(_ bytes: [UInt8]) throws
    /// Ends writing.
    ///
    /// - Returns: Gives so many bytes at an offset.
    func finish() -> @Sendable (_ offset: UInt64, _ count: Int) throws -> [UInt8]
}
