import Bytes
import FileTree
import Images
import OCI

/// Finds, for a file of the new image, the old entries that its header and its content resemble.
struct SimilarFiles: Sendable {
    private struct Candidate: Sendable {
        let ordinal: Int
        let layer: Int
        let byteCount: UInt64
    }

    /// What one old layer holds at a path.
    private struct Place: Sendable {
        /// The last entry there.
        var last: Candidate
        /// The last that has content.
        var content: Candidate?
    }

    /// By rising layer.
    private var byPath: [TreePath: [Place]] = [:]
    private var firstByContent: [Digest: Candidate] = [:]
    private var contents: [Int: Digest] = [:]
    private var byLooseName: [[UInt8]: [Candidate]] = [:]
    /// Contents at paths that the new image does not have: they may have moved and changed.
    private(set) var leftBehind: [Int] = []

    init(_ old: ImageSet, _ new: ImageSet, _ references: OldReferences) {
        let newPaths = Set(new.listings.flatMap { $0.entries.map(\.path) })
        for (layer, listing) in old.listings.enumerated() {
            for (index, entry) in listing.entries.enumerated() {
                let candidate = Candidate(
                    ordinal: references.ordinal(layer: layer, entry: index), layer: layer,
                    byteCount: old.layers[layer].spans[index].contentByteCount)
                note(candidate, at: entry.path)
                guard candidate.byteCount > 0, let digest = entry.digest else { continue }
                if firstByContent[digest] == nil { firstByContent[digest] = candidate }
                contents[candidate.ordinal] = digest
                if !newPaths.contains(entry.path) { leftBehind.append(candidate.ordinal) }
                for name in Self.looseNames(entry.path) { byLooseName[name, default: []].append(candidate) }
            }
        }
        for name in byLooseName.keys {
            byLooseName[name]?.sort { ($0.byteCount, $0.ordinal) < ($1.byteCount, $1.ordinal) }
        }
    }

    private mutating func note(_ candidate: Candidate, at path: TreePath) {
        let content = candidate.byteCount > 0 ? candidate : nil
        let count = byPath[path]?.count ?? 0
        if count > 0, byPath[path]?[count - 1].last.layer == candidate.layer {
            byPath[path]?[count - 1].last = candidate
            if let content { byPath[path]?[count - 1].content = content }
        } else {
            byPath[path, default: []].append(Place(last: candidate, content: content))
        }
    }

    /// The old entry at the same path, rather from near its home.
    func twin(of path: TreePath, _ home: OldHome) -> Int? {
        Self.nearest((byPath[path] ?? []).map(\.last), home)?.ordinal
    }

    /// Of candidates by rising layer, the one in the old layer that the new layer is paired with, else the highest in the
    /// image of that layer, else the highest of all.
    private static func nearest(_ candidates: [Candidate], _ home: OldHome) -> Candidate? {
        func upTo(_ layer: Int) -> ArraySlice<Candidate> {
            candidates[..<candidates.partitioningIndex { $0.layer > layer }]
        }
        if let layer = home.layer, let found = upTo(layer).last, found.layer == layer { return found }
        guard let highest = home.highest else { return candidates.last }
        return upTo(highest).suffix(neighbourLimit).last { home.image.contains($0.layer) } ?? candidates.last
    }

    /// How many layers of other images are passed over to find one of the same image.
    private static let neighbourLimit = 64

    /// An old entry with the same content, rather the one given.
    func sameContent(_ digest: Digest, byteCount: UInt64, preferring ordinal: Int?) -> Int? {
        if let ordinal, contents[ordinal] == digest { return ordinal }
        guard let first = firstByContent[digest], first.byteCount == byteCount else { return nil }
        return first.ordinal
    }

    /// The old content that a new one most likely came from: at the same path, else under a name that differs only
    /// in numbers and hashes, else none.
    func ancestor(of path: TreePath, byteCount: UInt64, _ home: OldHome) -> Int? {
        if let twin = Self.nearest((byPath[path] ?? []).compactMap(\.content), home) {
            return twin.ordinal
        }
        for name in Self.looseNames(path) {
            if let ordinal = nearest(to: byteCount, in: byLooseName[name] ?? []) { return ordinal }
        }
        return nil
    }

    /// Nearest in size, between a quarter and four times of it; of equals the first in the old image.
    ///
    /// - Parameters:
    ///   - byteCount: The size.
    ///   - sorted: Candidates by rising size and ordinal.
    /// - Returns: The candidate's ordinal.
    private func nearest(to byteCount: UInt64, in sorted: [Candidate]) -> Int? {
        let next = sorted.partitioningIndex { $0.byteCount >= byteCount }
        var near = sorted[next...].prefix(1)
        if next > 0 {
            // Of equally large ones the first counts.
            let smaller = sorted[next - 1].byteCount
            near.append(sorted[sorted.partitioningIndex { $0.byteCount >= smaller }])
        }
        return near.filter { $0.byteCount / 4 <= byteCount && byteCount / 4 <= $0.byteCount }
            .min { distance($0, byteCount) < distance($1, byteCount) }?.ordinal
    }

    private func distance(_ candidate: Candidate, _ byteCount: UInt64) -> (UInt64, Int) {
        (max(candidate.byteCount, byteCount) - min(candidate.byteCount, byteCount), candidate.ordinal)
    }

    /// The whole path and the last name with numbers and hashes made alike: `libfoo-1.2.so` and `libfoo-1.3.so`.
    ///
    /// - Returns: The two; nothing for paths that are longer than any system takes.
    static func looseNames(_ path: TreePath) -> [[UInt8]] {
        guard path.bytes.count <= pathByteCountLimit else { return [] }
        let whole = loosen(path.bytes[...])
        let name = loosen(path.name)
        return [whole, [UInt8(ascii: "/")] + name]
    }

    private static let pathByteCountLimit = 4096

    private static func loosen(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var loose: [UInt8] = []
        var rest = bytes
        // Up to here it is known that what is left of a run is no hash.
        var hashlessEnd = bytes.startIndex
        while let first = rest.first {
            if rest.startIndex >= hashlessEnd {
                let run = rest.prefix(while: isHexDigit)
                if run.count >= 8, run.contains(where: isDigit) {
                    loose.append(UInt8(ascii: "#"))
                    rest = rest[run.endIndex...]
                    continue
                }
                hashlessEnd = run.endIndex
            }
            if isDigit(first) {
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
