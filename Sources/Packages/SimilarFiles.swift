import Bytes
import FileTree
import ImageFiles
import Images

/// Finds, for a file of the new image, the old entries that its header and its content resemble.
struct SimilarFiles {
    private struct Candidate {
        let ordinal: Int
        let layer: Int
        let byteCount: UInt64
    }

    private var byPath: [TreePath: [Candidate]] = [:]
    private var byContent: [Digest: [Candidate]] = [:]
    private var byLooseName: [[UInt8]: [Candidate]] = [:]

    init(_ old: OpenedImage, _ references: OldReferences) {
        for (layer, listing) in old.index.listings.enumerated() {
            for (index, entry) in listing.entries.enumerated() {
                let candidate = Candidate(
                    ordinal: references.ordinal(layer: layer, entry: index), layer: layer,
                    byteCount: old.layers[layer].layouts[index].contentByteCount)
                byPath[entry.path, default: []].append(candidate)
                guard candidate.byteCount > 0, let digest = entry.digest else { continue }
                byContent[digest, default: []].append(candidate)
                for name in Self.looseNames(entry.path) { byLooseName[name, default: []].append(candidate) }
            }
        }
    }

    /// The old entry at the same path, rather from the layer that the new one's layer is paired with.
    func twin(of path: TreePath, partner: Int?) -> Int? {
        let candidates = byPath[path] ?? []
        return (candidates.last { $0.layer == partner } ?? candidates.last)?.ordinal
    }

    /// An old entry with the same content, rather the one given.
    func sameContent(_ digest: Digest, byteCount: UInt64, preferring ordinal: Int?) -> Int? {
        let candidates = (byContent[digest] ?? []).filter { $0.byteCount == byteCount }
        return (candidates.first { $0.ordinal == ordinal } ?? candidates.first)?.ordinal
    }

    /// The old content that a new one most likely came from: at the same path, else under a name that differs only
    /// in numbers and hashes, else none.
    func ancestor(of path: TreePath, byteCount: UInt64, partner: Int?) -> Int? {
        let twins = (byPath[path] ?? []).filter { $0.byteCount > 0 }
        if let twin = twins.last(where: { $0.layer == partner }) ?? twins.last { return twin.ordinal }
        for name in Self.looseNames(path) {
            let near = (byLooseName[name] ?? []).filter {
                $0.byteCount / 4 <= byteCount && byteCount / 4 <= $0.byteCount
            }
            if let best = near.min(by: { distance($0, byteCount) < distance($1, byteCount) }) {
                return best.ordinal
            }
        }
        return nil
    }

    /// Nearest in size; of equals the first in the old image, so that the choice is always the same.
    private func distance(_ candidate: Candidate, _ byteCount: UInt64) -> (UInt64, Int) {
        (max(candidate.byteCount, byteCount) - min(candidate.byteCount, byteCount), candidate.ordinal)
    }

    /// The whole path and the last name with numbers and hashes made alike: `libfoo-1.2.so` and `libfoo-1.3.so`.
    static func looseNames(_ path: TreePath) -> [[UInt8]] {
        let whole = loosen(path.bytes[...])
        let name = loosen(path.name)
        return [whole, [UInt8(ascii: "/")] + name]
    }

    private static func loosen(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var loose: [UInt8] = []
        var rest = bytes
        while let first = rest.first {
            let run = rest.prefix(while: isHexDigit)
            if run.count >= 8, run.contains(where: isDigit) {
                loose.append(UInt8(ascii: "#"))
                rest = rest[run.endIndex...]
            } else if isDigit(first) {
                if loose.last != UInt8(ascii: "#") { loose.append(UInt8(ascii: "#")) }
                // `1.2` and `1.2.3` are both a version.
                rest = rest.drop { isDigit($0) || $0 == UInt8(ascii: ".") && loose.last == UInt8(ascii: "#") }
                if rest.startIndex > bytes.startIndex, bytes[rest.startIndex - 1] == UInt8(ascii: ".") {
                    loose.append(UInt8(ascii: "."))
                }
            } else {
                loose.append(first)
                rest = rest.dropFirst()
            }
        }
        return loose
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
