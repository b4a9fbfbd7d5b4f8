import Bytes
public import FileTree
public import OCI

/// What one image tells of how it was built.
public struct ImageAdvice: Sendable {
    /// Smaller files are not worth a word when their content is repeated.
    private static let leastRepeatedSize: UInt64 = 4096

    /// How well its layers use their bytes, as dive counts them.
    public let efficiency: Efficiency
    /// What would make it smaller, the most bytes first.
    public let advice: [Advice]

    /// Looks at an image.
    public init(_ image: ImageIndex) {
        let hidden = HiddenEntries(image.listings)
        efficiency = Efficiency(image.listings, hidden: hidden)
        let finder = Finder(layers: image.listings, tree: image.stack.takeTree(), hidden: hidden)
        advice = (finder.hiddenFiles() + finder.repeatedFiles() + finder.leftovers()).sorted {
            ($1.imageByteCount, $0.kind.rawValue, $0.finding) < (
                $0.imageByteCount, $1.kind.rawValue, $1.finding
            )
        }
    }

    /// Looks for each kind of thing.
    private struct Finder {
        let layers: [LayerListing]
        let tree: Tree
        let hidden: HiddenEntries

        private func entry(_ id: EntryID) -> Entry { layers[id.layer].entries[id.ordinal] }

        // MARK: - What later layers hide

        /// What makes hidden files one piece of advice.
        private struct Cause: Hashable {
            let kind: Advice.Kind
            let layer: Int
            let fields: MetadataFields
            /// Whether it is about what a package manager writes whenever it installs something.
            var isPackageState = false
        }

        func hiddenFiles() -> [Advice] {
            // What has another name that is seen is no waste.
            let kept = Set(tree.nodes.indices.compactMap { tree.entry(of: $0)?.hardLink?.origin })
            var groups: [Cause: FileGroup] = [:]
            var origins: [Cause: Set<Int>] = [:]
            for item in hidden.all
            where item.entry.layer != item.cause.layer && !kept.contains(item.entry) {
                let old = entry(item.entry)
                guard old.kind == .file, old.size > 0 else { continue }
                let new = entry(item.cause)
                let isSame = new.kind == .file && new.path == old.path && new.digest == old.digest
                let isRemoved = new.kind == .whiteout || new.kind == .opaqueMarker
                let isReplaced = !isSame && !isRemoved
                let cause = Cause(
                    kind: isSame ? .rewritten : isRemoved ? .removed : .replaced, layer: item.cause.layer,
                    fields: isSame ? new.metadataDifferences(from: old) : [],
                    isPackageState: isReplaced && Self.isPackageState(old.path))
                groups[cause, default: FileGroup()].add(old.path, size: old.size)
                origins[cause, default: []].insert(item.entry.layer)
            }
            return groups.map { cause, group in
                Advice(
                    kind: cause.kind, layer: cause.layer, fileCount: group.count,
                    imageByteCount: group.byteCount, updateByteCount: nil,
                    finding: Self.finding(cause, group, origins[cause] ?? []),
                    remedy: Self.remedy(cause), examples: group.examples)
            }
        }

        /// What package managers write anew in every step that installs something.
        private static let packageState: [[UInt8]] = [
            "var/lib/dpkg/", "var/lib/apt/", "var/cache/debconf/", "var/cache/ldconfig/", "lib/apk/db/",
            "usr/lib/apk/db/", "var/lib/rpm/", "usr/lib/sysimage/rpm/", "var/lib/dnf/", "var/lib/pacman/",
            "etc/ld.so.cache", "var/log/",
        ].map { Array($0.utf8) }

        private static func isPackageState(_ path: TreePath) -> Bool {
            packageState.contains { path.bytes.starts(with: $0) }
        }

        private static func finding(_ cause: Cause, _ group: FileGroup, _ origins: Set<Int>) -> String {
            let layer = "layer \(cause.layer + 1)"
            let bytes = ByteCount.text(group.byteCount)
            let below = names(of: origins)
            let ship = origins.count == 1 ? "ships" : "ship"
            switch cause.kind {
            case .rewritten where cause.fields.isEmpty:
                return
                    "\(layer) stores \(group.files) again, \(bytes), just as \(below) had \(group.count == 1 ? "it" : "them")"
            case .rewritten:
                return "\(layer) stores \(group.files) again, \(bytes), and changes only "
                    + listed(cause.fields.names)
            case .removed: return "\(layer) removes \(group.files), \(bytes), which \(below) still \(ship)"
            case .replaced where cause.isPackageState:
                return
                    "\(layer) stores \(group.files) of the package manager's again, \(bytes), which \(below) still \(ship)"
            default: return "\(layer) replaces \(group.files), \(bytes), which \(below) still \(ship)"
            }
        }

        private static func remedy(_ cause: Cause) -> String {
            switch cause.kind {
            case .rewritten where cause.fields.contains(.owner):
                "set the owner where the files come in: COPY --chown=USER:GROUP instead of a later chown, or chown in the RUN that makes them"
            case .rewritten where cause.fields.contains(.mode):
                "set the mode where the files come in: COPY --chmod=MODE instead of a later chmod, or chmod in the RUN that makes them"
            case .rewritten where cause.fields.isEmpty: "copy them once"
            case .rewritten: "change them in the step that brings them"
            case .replaced where cause.isPackageState:
                "install all packages in one RUN: each that installs some stores these again"
            case .removed:
                "remove them in the step that brings them, or build in another stage and copy the result"
            default: "change them in the step that brings them"
            }
        }

        /// `layer 2`, `layers 2 and 4`.
        private static func names(of layers: Set<Int>) -> String {
            (layers.count == 1 ? "layer " : "layers ") + listed(layers.sorted().map { "\($0 + 1)" })
        }

        // MARK: - What is seen

        private func files() -> [(node: Int, entry: Entry)] {
            tree.nodes.indices.compactMap { index in
                guard let entry = tree.entry(of: index) else { return nil }
                return entry.kind == .file ? (index, entry) : nil
            }
        }

        func repeatedFiles() -> [Advice] {
            var first: Set<Digest> = []
            var group = FileGroup()
            var layers: Set<Int> = []
            for (node, entry) in files() where entry.size >= ImageAdvice.leastRepeatedSize {
                guard let digest = entry.digest, !first.insert(digest).inserted else { continue }
                group.add(tree.path(of: node), size: entry.size)
                if let id = tree.nodes[node].entry { layers.insert(id.layer) }
            }
            guard group.count > 0 else { return [] }
            return [
                Advice(
                    kind: .repeated, layer: nil, fileCount: group.count, imageByteCount: group.byteCount,
                    updateByteCount: nil,
                    finding:
                        "\(group.files) in \(Self.names(of: layers)), \(ByteCount.text(group.byteCount)), repeat"
                        + "\(group.count == 1 ? "s" : "") the content of another",
                    remedy:
                        "store the content once, and link the other names to it (ln, in the step that brings them)",
                    examples: group.examples)
            ]
        }

        func leftovers() -> [Advice] {
            let kinds = Leftovers.kinds
            let patterns = kinds.flatMap(\.patterns)
            let kindOfPattern = kinds.indices.flatMap { kind in kinds[kind].patterns.map { _ in kind } }
            let covering = tree.covering(patterns) { index in
                tree.entry(of: index).map { $0.kind == .directory } ?? true
            }
            var groups: [Int: FileGroup] = [:]
            var places: [Int: Set<Int>] = [:]
            for (node, entry) in files() where entry.size > 0 {
                guard let pattern = covering[node], let id = tree.nodes[node].entry else { continue }
                let kind = kindOfPattern[pattern]
                groups[kind, default: FileGroup()].add(tree.path(of: node), size: entry.size)
                places[kind, default: []].insert(id.layer)
            }
            return groups.map { index, group in
                let layers = places[index] ?? []
                let place = Self.names(of: layers)
                return Advice(
                    kind: .leftovers, layer: layers.count == 1 ? layers.first : nil, fileCount: group.count,
                    imageByteCount: group.byteCount, updateByteCount: nil,
                    finding: "\(kinds[index].name) are left in \(place): \(group.files), "
                        + ByteCount.text(group.byteCount),
                    remedy: kinds[index].remedy, examples: group.examples)
            }
        }
    }
}

/// `a`, `a and b`, `a, b and c`.
func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
}
