import Bytes
import Foundation
import Hashing
import TestSupport

extension LayerParts {
    /// The files as members of an archive or package.
    var members: [Member] {
        parts.filter { !$0.content.isEmpty }.map {
            Member(String(decoding: $0.name, as: UTF8.self), $0.content)
        }
    }
}

extension SplitMix64 {
    /// A tar with a few changes; most header blocks have the right checksum nevertheless.
    mutating func mutated(tar: [UInt8], with other: [UInt8]) -> [UInt8] {
        var tar = mutated(tar, with: other)
        for start in stride(from: 0, to: tar.count - 511, by: 512)
        where tar[start + 257..<start + 262].elementsEqual("ustar".utf8) && below(16) > 0 {
            var block = Array(tar[start..<start + 512])
            TarEntry.seal(&block)
            tar.replaceSubrange(start..<start + 512, with: block)
        }
        return tar
    }
}

extension Member {
    /// Whether it looks like JSON.
    fileprivate var isDocument: Bool { content.first.map { "{[".utf8.contains($0) } ?? false }
}

extension [Member] {
    /// Changes a member's content, and then the digests and sizes in all JSON documents that tell of it; documents that
    /// tell of each other are changed once.
    mutating func replace(_ index: Int, with content: [UInt8], after replaced: Set<Int> = []) {
        let (old, new) = (self[index].content, content)
        self[index].content = content
        let digests = [old, new].map { Digest.of($0).hex }
        guard digests[0] != digests[1] else { return }
        for other in indices {
            self[other].name = self[other].name.replacingOccurrences(of: digests[0], with: digests[1])
        }
        let done = replaced.union([index])
        for other in indices where !done.contains(other) && self[other].isDocument {
            let parts = String(decoding: self[other].content, as: UTF8.self).components(
                separatedBy: digests[0])
            guard parts.count > 1 else { continue }
            let size = parts.dropFirst().map {
                $0.replacing(#/^("[^}]*"size":)[0-9]+/#) { "\($0.1)\(new.count)" }
            }
            replace(
                other, with: [UInt8](([parts[0]] + size).joined(separator: digests[1]).utf8), after: done)
        }
    }

    /// The members as a tar.
    var tar: [UInt8] {
        let entries: [TarEntry] = map(\.entry)
        return entries.tar
    }
}
