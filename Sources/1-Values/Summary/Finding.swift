import Bytes
public import FileTree
import OCI

/// Something that an update brings and that somebody should look at.
public struct Finding: Hashable, Sendable {
    /// What it is, the gravest first.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case privateKeys = "private-keys"
        case setuid, capabilities
        case worldWritable = "world-writable"
        case accounts
        case setuidContent = "setuid-content"
        case keyStores = "key-stores"
        case certificates
        case hidden

        /// What it is, in words.
        public var phrase: String {
            switch self {
            case .privateKeys: "new private keys"
            case .setuid: "run as another user or group, and did not before"
            case .capabilities: "have more capabilities than before"
            case .worldWritable: "everybody may write to them, and might not before"
            case .accounts: "who may log in or become root changed"
            case .setuidContent: "run as another user or group, and changed"
            case .keyStores: "new stores of keys"
            case .certificates: "new certificates"
            case .hidden: "removed or replaced, and shipped in a lower layer all the same"
            }
        }

        /// Whether it is a danger unless it is meant so; the rest is worth knowing.
        public var isWarning: Bool {
            switch self {
            case .privateKeys, .setuid, .capabilities, .worldWritable, .accounts: true
            case .setuidContent, .keyStores, .certificates, .hidden: false
            }
        }
    }

    /// A path that it is about.
    public struct Place: Hashable, Sendable {
        /// The path.
        public let path: TreePath
        /// What is to be known of it, ready to print; empty for nothing.
        public let note: String
        /// The layer that alone has it, 0 for the lowest; nil for what is seen in a container.
        public let layer: Int?
    }

    /// What it is.
    public let kind: Kind
    /// How many paths it is about.
    public let count: Int
    /// Bytes of them.
    public let byteCount: UInt64
    /// Some of the paths, no more than `placeLimit`.
    public let places: [Place]

    /// No more paths are listed one by one.
    public static let placeLimit = 200
}

/// Looks for what an update should be looked at for.
struct FindingSearch {
    let facts: UpdateFacts
    let tree: DiffTree
    let hidden: HiddenEntries
    let hiddenBefore: HiddenEntries

    private struct Group {
        var count = 0
        var byteCount: UInt64 = 0
        var places: [Finding.Place] = []

        mutating func add(
            _ path: @autoclosure () -> TreePath, _ size: UInt64, _ note: String = "", layer: Int? = nil
        ) {
            count += 1
            byteCount.addClamped(size)
            guard places.count < Finding.placeLimit else { return }
            places.append(Finding.Place(path: path(), note: note, layer: layer))
        }
    }

    func all() -> [Finding] {
        var groups: [Finding.Kind: Group] = [:]
        for (index, node) in tree.nodes.enumerated() where node.change != .unchanged {
            look(at: index, node, &groups)
        }
        lookAtHidden(&groups)
        return Finding.Kind.allCases.compactMap { kind in
            groups[kind].map {
                Finding(
                    kind: kind, count: $0.count, byteCount: $0.byteCount,
                    places: $0.places.sorted { ($0.path, $0.layer ?? -1) < ($1.path, $1.layer ?? -1) })
            }
        }
    }

    private func look(at index: Int, _ node: DiffTree.Node, _ groups: inout [Finding.Kind: Group]) {
        func add(_ kind: Finding.Kind, _ entry: Entry, _ note: String = "") {
            groups[kind, default: Group()].add(tree.path(of: index), entry.size, note)
        }
        let new = tree.newEntry(node)
        // What moved is compared with what it was.
        let old = tree.oldEntry(node) ?? node.peer.flatMap { tree.oldEntry(tree.nodes[$0]) }
        if let entry = new ?? old, new != nil || node.peer == nil,
            Self.accountFiles.contains(where: { $0.matches(tree.path(of: index)) }), entry.kind != .directory,
            node.change != .metadata
                || MetadataChange.between(old ?? entry, entry, ignoring: .time).isEmpty == false
        {
            add(.accounts, entry, node.change.word)
        }
        guard let new else { return }
        let raised = Self.raised(new)
        if raised & ~Self.raised(old) != 0 {
            add(.setuid, new, EntryText.permissions(new) + " " + EntryText.owner(new))
        } else if raised != 0, node.change == .modified {
            add(.setuidContent, new, EntryText.permissions(new) + " " + EntryText.owner(new))
        }
        let capabilities = Self.capabilities(new)
        if let capabilities, capabilities != Self.capabilities(old) { add(.capabilities, new) }
        if Self.isOpenToAll(new), !Self.isOpenToAll(old) {
            add(.worldWritable, new, EntryText.permissions(new))
        }
        if let id = node.new, let key = facts.keys[id] { add(Self.kind(key), new) }
    }

    private static func kind(_ key: KeyMarkers.Kind) -> Finding.Kind {
        switch key {
        case .privateKey: .privateKeys
        case .keyStore: .keyStores
        case .certificate: .certificates
        }
    }

    /// The bits with which a file acts as another user or group.
    private static func raised(_ entry: Entry?) -> UInt16 {
        guard let entry, entry.kind == .file || entry.kind == .hardLink else { return 0 }
        return entry.mode & 0o6000
    }

    private static func capabilities(_ entry: Entry?) -> [UInt8]? {
        entry?.extendedAttributes.first { $0.name.elementsEqual("security.capability".utf8) }?.value
    }

    /// Whether everybody may write to it; in a directory with the sticky bit that harms nobody.
    private static func isOpenToAll(_ entry: Entry?) -> Bool {
        guard let entry, entry.mode & 0o002 != 0 else { return false }
        switch entry.kind {
        case .file, .hardLink: return true
        case .directory: return entry.mode & 0o1000 == 0
        default: return false
        }
    }

    private static let accountFiles = [
        "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d/",
        "/etc/doas.conf", "/etc/doas.d/", "**/.ssh/authorized_keys",
    ].compactMap { PathPattern($0) }

    /// What only the new image hides; of private keys, that no container sees them is no comfort.
    private func lookAtHidden(_ groups: inout [Finding.Kind: Group]) {
        func entry(_ id: EntryID, _ listings: [LayerListing]) -> Entry {
            listings[id.layer].entries[id.ordinal]
        }
        struct Seen: Hashable {
            let path: TreePath
            let digest: Digest?
        }
        let before = Set(
            hiddenBefore.all.map { item in
                let entry = entry(item.entry, facts.old.listings)
                return Seen(path: entry.path, digest: entry.digest)
            })
        for item in hidden.all where item.entry.layer != item.cause.layer {
            let old = entry(item.entry, facts.new.listings)
            guard old.kind == .file, old.size > 0 else { continue }
            let layer = "in layer \(item.entry.layer + 1)"
            if facts.keys[item.entry] == .privateKey {
                groups[.privateKeys, default: Group()].add(
                    old.path, old.size, layer + ", which a later layer hides", layer: item.entry.layer)
            }
            guard !before.contains(Seen(path: old.path, digest: old.digest)) else { continue }
            groups[.hidden, default: Group()].add(old.path, old.size, layer, layer: item.entry.layer)
        }
    }
}
