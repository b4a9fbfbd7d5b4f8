import Bytes
import Foundation
import Hashing
import Testing

struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `a digest is the SHA-256 of FIPS 180-4`(text: String, hex: String) {
        #expect(Digest.of(Array(text.utf8)).hex == hex)
    }

    @Test func `bytes that arrive in parts have the digest of the whole`() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for size in [1, 63, 64, 65, 9_999, 10_000] {
            var hasher = DigestHasher()
            for start in stride(from: 0, to: bytes.count, by: size) {
                hasher.update(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(hasher.finish() == Digest.of(bytes))
        }
    }

    @Test func `a copied hasher goes on by itself`() {
        var first = DigestHasher()
        first.update([1])
        var second = first
        first.update([2])
        second.update([3])
        #expect(first.finish() == Digest.of([1, 2]))
        #expect(second.finish() == Digest.of([1, 3]))
    }

    @Test func `text and bytes give the same digest back`() throws {
        let digest = Digest.of([1, 2, 3])
        #expect(Digest(digest.description) == digest)
        #expect(Digest(hex: digest.hex) == digest)
        #expect(Digest(bytes: digest.bytes) == digest)
        #expect(digest.bytes.count == 32)
        #expect(digest.short == String(digest.hex.prefix(12)))
        #expect(try JSONDecoder().decode([Digest].self, from: JSONEncoder().encode([digest])) == [digest])
    }

    @Test(arguments: [
        "", "sha256:", "sha256:12", "sha512:" + String(repeating: "a", count: 64),
        "sha256:" + String(repeating: "A", count: 64), "sha256:" + String(repeating: "g", count: 64),
        "sha256:" + String(repeating: "a", count: 63), "sha256:" + String(repeating: "a", count: 65),
        "sha256:" + String(repeating: "a", count: 66), String(repeating: "a", count: 64),
        "sha256:" + String(repeating: "é", count: 32), " sha256:" + String(repeating: "a", count: 64),
    ])
    func `what is no digest is refused`(text: String) {
        #expect(Digest(text) == nil)
    }

    @Test func `digests are ordered as their bytes`() {
        let digests = (0..<50).map { Digest.of([UInt8($0)]) }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    }

    @Test func `hexadecimal text stands for every byte`() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.bytes(Hex.string(bytes)) == bytes)
        #expect(Hex.bytes("") == [])
        #expect(Hex.bytes("0") == nil)
        #expect(Hex.bytes("0G") == nil)
        #expect(Hex.bytes("AB") == nil)
    }
}
