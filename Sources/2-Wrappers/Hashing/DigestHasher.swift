public import Bytes
import CCrypto

/// Computes a `Digest` over bytes that arrive in parts, by OpenSSL's libcrypto.
///
/// A copy goes on by itself from what the original has seen. One hasher must not be used from two threads at once.
public struct DigestHasher: Sendable {
    private var context: Context

    /// A hasher that has seen nothing.
    public init() { context = Context() }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds bytes.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds bytes.
    public mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all bytes added so far.
    public consuming func finish() -> Digest {
        if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
        return context.finish()
    }

    /// The digest of all bytes added so far, after which the hasher has seen nothing: cheaper than a new one.
    public mutating func finishAndReset() -> Digest {
        if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
        let digest = context.finish()
        context.reset()
        return digest
    }

    private mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
        context.update(bytes)
    }
}

extension Digest {
    /// The digest of all the bytes given.
    public static func of(_ bytes: some Sequence<UInt8>) -> Digest {
        var hasher = DigestHasher()
        hasher.update(Array(bytes))
        return hasher.finish()
    }
}

/// Owns one libcrypto context.
///
/// `@unchecked Sendable`: `DigestHasher` changes a context only while nobody else holds it.
private final class Context: @unchecked Sendable {
    /// Looked up once: fetching an algorithm takes longer than hashing a small file.
    nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    private let handle: OpaquePointer?

    init() {
        handle = EVP_MD_CTX_new()
        reset()
    }

    init(copying other: Context) {
        handle = EVP_MD_CTX_new()
        let isCopied = EVP_MD_CTX_copy_ex(handle, other.handle)
        precondition(isCopied == 1, "out of memory")
    }

    deinit { EVP_MD_CTX_free(handle) }

    func reset() {
        let isReady = EVP_DigestInit_ex2(handle, Self.algorithm, nil)
        precondition(isReady == 1, "libcrypto has no SHA-256")
    }

    func update(_ bytes: UnsafeRawBufferPointer) {
        let isAdded = EVP_DigestUpdate(handle, bytes.baseAddress, bytes.count)
        precondition(isAdded == 1, "libcrypto cannot hash")
    }

    func finish() -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { buffer in
            let isDone = EVP_DigestFinal_ex(
                handle, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
            precondition(isDone == 1, "libcrypto cannot hash")
        }
        return Digest(
            words: (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian))
    }
}
