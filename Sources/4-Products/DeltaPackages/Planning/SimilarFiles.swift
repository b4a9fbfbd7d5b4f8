import Bytes
import FileTree
import Images
import OCI

/// Finds, for a file of the new image, the old entries that its header and its content resemble.
///
/// There may be hundreds of thousands of old entries: they are found in sorted tables of their numbers, and what is known
/// of them is looked up where it stands.
struct SimilarFiles: Sendable {
    /// The old entries, as recipes number them.
    private let old: OldEntries
    /// Of the entries that one layer has at one path, the last, and the last that has content.
    private var byPath: OrdinalTable
    /// The first entry of each content.
    private var byContent: OrdinalTable
    /// Entries with content; those of one name by rising size.
    private var byLooseName: OrdinalTable
    /// Contents that the new image does not hold, or not at that path: they may have moved and changed.
    private(set) var leftBehind: [Int] = []

    init(_ old: ImageSet, _ new: ImageSet, _ references: OldReferences) {
        let entries = OldEntries(listings: old.listings, references: references)
        self.old = entries
        // Of two contents that begin alike, one is not looked at.
        let kept = Set(
            new.listings.lazy.flatMap { $0.entries.lazy.compactMap { $0.storedDigest?.firstWord } })
        let newPaths = Set(new.listings.lazy.flatMap { $0.entries.lazy.map { Self.key($0.path) } })
        byPath = OrdinalTable(count: references.entryCount)
        byContent = OrdinalTable(count: references.entryCount)
        byLooseName = OrdinalTable(count: 2 * references.entryCount)
        for (layer, listing) in old.listings.enumerated() {
            for (index, entry) in listing.entries.enumerated() {
                let ordinal = references.ordinal(layer: layer, entry: index)
                byPath.add(ordinal, key: Self.key(entry.path))
                guard references.contentByteCount(of: ordinal) > 0, entry.digest != nil else { continue }
                let content = entry.storedDigest?.firstWord
                if let content { byContent.add(ordinal, key: content) }
                if content.map(kept.contains) != true || !newPaths.contains(Self.key(entry.path)) {
                    leftBehind.append(ordinal)
                }
                for name in Self.looseNames(entry.path) { byLooseName.add(ordinal, key: Self.key(name)) }
            }
        }
        byPath.sort()
        byPath.thin { entries.isHidden($0, by: $1) }
        byContent.sort()
        byContent.thin { entries.digest(of: $0) == entries.digest(of: $1) ? .later : .none }
        byLooseName.sort { references.contentByteCount(of: $0) }
    }

    /// The old entry at the same path, rather from near its home.
    func twin(of path: TreePath, _ home: OldHome) -> Int? { nearest(at: path, home) { _ in true } }

    /// Of the entries at a path, the last in the old layer that the new layer is paired with, else in the highest of the
    /// image of that layer, else in the highest of all.
    ///
    /// A thousand layers may have one path, and so may thousands of entries that are looked for: only what is near its home
    /// is looked at.
    private func nearest(at path: TreePath, _ home: OldHome, _ isCandidate: @escaping (Int) -> Bool)
        -> Int?
    {
        let all = byPath.ordinals(Self.key(path))
        /// The candidates up to a layer from the top down, or all of them.
        func upTo(_ layer: Int?) -> some Sequence<Int> {
            let end = layer.map { layer in all.partitioningIndex { old.layer(of: $0) > layer } }
            return all[..<(end ?? all.endIndex)].reversed().prefix(2 * Self.neighbourLimit).lazy.filter {
                old.entry($0).path == path && isCandidate($0)
            }
        }
        func first(upTo layer: Int?) -> Int? { upTo(layer).first { _ in true } }
        if let layer = home.layer, let found = first(upTo: layer), old.layer(of: found) == layer {
            return found
        }
        guard let highest = home.highest else { return first(upTo: nil) }
        var layerCount = 0
        var last: Int?
        for ordinal in upTo(highest) {
            let layer = old.layer(of: ordinal)
            // Of one layer the last counts.
            guard layer != last else { continue }
            layerCount += 1
            guard layerCount <= Self.neighbourLimit else { break }
            if home.image.contains(layer) { return ordinal }
            last = layer
        }
        return first(upTo: nil)
    }

    /// How many layers of other images are passed over to find one of the same image.
    private static let neighbourLimit = 64

    /// An old entry with the same content, rather the one given.
    func sameContent(_ digest: Digest, byteCount: UInt64, preferring ordinal: Int?) -> Int? {
        if let ordinal, old.byteCount(of: ordinal) > 0, old.digest(of: ordinal) == digest { return ordinal }
        let first = byContent.ordinals(digest.firstWord).first { old.digest(of: $0) == digest }
        return first.flatMap { old.byteCount(of: $0) == byteCount ? $0 : nil }
    }

    /// The old content that a new one most likely came from: at the same path, else under a name that differs only
    /// in numbers and hashes, else none.
    func ancestor(of path: TreePath, byteCount: UInt64, _ home: OldHome) -> Int? {
        if let twin = nearest(at: path, home, { old.byteCount(of: $0) > 0 }) { return twin }
        for name in Self.looseNames(path) {
            if let ordinal = nearest(to: byteCount, in: byLooseName.ordinals(Self.key(name))) {
                return ordinal
            }
        }
        return nil
    }

    /// Nearest in size, between a quarter and four times of it; of equals the first in the old image.
    ///
    /// - Parameters:
    ///   - byteCount: The size.
    ///   - sorted: Entries by rising size and number.
    /// - Returns: The entry's number.
    private func nearest(to byteCount: UInt64, in sorted: OrdinalTable.Ordinals) -> Int? {
        let next = sorted.partitioningIndex { old.byteCount(of: $0) >= byteCount }
        var near = Array(sorted[next...].prefix(1))
        if next > sorted.startIndex {
            // Of equally large ones the first counts.
            let smaller = old.byteCount(of: sorted[next - 1])
            near.append(sorted[sorted.partitioningIndex { old.byteCount(of: $0) >= smaller }])
        }
        return near.filter {
            old.byteCount(of: $0) / 4 <= byteCount && byteCount / 4 <= old.byteCount(of: $0)
        }
        .min { distance($0, byteCount) < distance($1, byteCount) }
    }

    private func distance(_ ordinal: Int, _ byteCount: UInt64) -> (UInt64, Int) {
        let own = old.byteCount(of: ordinal)
        return (max(own, byteCount) - min(own, byteCount), ordinal)
    }

    /// Seeded: nobody can choose paths that are all looked for in one place.
    private static func key(_ path: TreePath) -> UInt64 { UInt64(bitPattern: Int64(path.hashValue)) }

    /// Not seeded (FNV-1a): two names of one key would be taken for one, and which ones must not depend on chance. That
    /// costs no more than a worse ancestor.
    private static func key(_ name: [UInt8]) -> UInt64 {
        name.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// What else a path may have been called, the likeliest first: with its directory, then without; with the numbers of
    /// its last name, which may tell one part of a program from another, then without.
    ///
    /// `lib-1.2/5114.0123abcd.js` comes from `lib-1.1/5114.89abcdef.js` rather than from another `.js` file of that directory.
    ///
    /// - Returns: Names in which what may differ is the same: each once, none for paths that are longer than any system
    ///   takes.
    static func looseNames(_ path: TreePath) -> [[UInt8]] {
        guard path.bytes.count <= pathByteCountLimit else { return [] }
        let directory = loosen(path.bytes[..<path.name.startIndex], numbers: true)
        let names = [loosen(path.name, numbers: false), loosen(path.name, numbers: true)]
        let different = names[0] == names[1] ? names[..<1] : names[...]
        return different.map { directory + $0 } + different.map { [UInt8(ascii: "/")] + $0 }
    }

    private static let pathByteCountLimit = 4096

    /// A name with `*` in place of what looks like a hash, and `#` in place of numbers and versions.
    private static func loosen(_ bytes: ArraySlice<UInt8>, numbers: Bool) -> [UInt8] {
        var loose: [UInt8] = []
        // No hash starts before that: a name of letters that hashes may have is gone through once.
        var hashlessEnd = bytes.startIndex

        func hashEnd(_ start: Int) -> Int? {
            guard start >= hashlessEnd else { return nil }
            let run = bytes[start...].prefix(while: isHexDigit)
            if run.count >= 8, run.contains(where: isDigit) { return run.endIndex }
            hashlessEnd = run.endIndex
            return nil
        }

        /// Whether `1` is followed by `.2`, which is no hash of its own.
        func versionGoesOn(_ dot: Int) -> Bool {
            bytes[dot...].starts(with: [UInt8(ascii: ".")]) && bytes[(dot + 1)...].first.map(isDigit) == true
                && hashEnd(dot + 1) == nil
        }

        var index = bytes.startIndex
        while index < bytes.endIndex {
            if let end = hashEnd(index) {
                loose.append(UInt8(ascii: "*"))
                index = end
            } else if numbers, isDigit(bytes[index]) {
                loose.append(UInt8(ascii: "#"))
                index = bytes[index...].firstIndex { !isDigit($0) } ?? bytes.endIndex
                while versionGoesOn(index) {
                    index = bytes[(index + 1)...].firstIndex { !isDigit($0) } ?? bytes.endIndex
                }
            } else {
                loose.append(bytes[index])
                index += 1
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

/// The entries of the old image's layers by their numbers.
private struct OldEntries: Sendable {
    let listings: [LayerListing]
    let references: OldReferences

    func layer(of ordinal: Int) -> Int { references.place(of: ordinal).layer }

    func entry(_ ordinal: Int) -> Entry {
        let (layer, index) = references.place(of: ordinal)
        return listings[layer].entries[index]
    }

    func digest(of ordinal: Int) -> Digest? { entry(ordinal).storedDigest }

    func byteCount(of ordinal: Int) -> UInt64 { references.contentByteCount(of: ordinal) }

    /// Whether an entry at a path tells nothing, because the same layer has a later one there: one with content, unless
    /// the first has none either.
    func isHidden(_ ordinal: Int, by later: Int) -> OrdinalTable.Needless {
        guard layer(of: ordinal) == layer(of: later), entry(ordinal).path == entry(later).path else {
            return .none
        }
        return byteCount(of: later) > 0 || byteCount(of: ordinal) == 0 ? .earlier : .none
    }
}

extension Entry {
    /// The digest of what a layer stores of a file; nil for one that is stored without its holes: files that hold the same
    /// may be stored as different bytes, and packages are made of stored ones.
    var storedDigest: Digest? { isSparse ? nil : digest }
}
