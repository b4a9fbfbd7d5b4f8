import Bytes
import FileFormats
import FileIO
public import FileTree
import Images
public import Summary
import Work

/// Looks for what picks lack that the new image has.
struct PickChecks {
    private let picks: PickSet
    private let tree: DiffTree
    private let oldImage: OpenedImage
    private let newImage: OpenedImage
    private let old: TreeSide
    private let new: TreeSide
    private let picked: TreeSide
    private let known: PairedPackages?

    /// More warnings than anybody reads are not looked for.
    private static let warningLimit = 1000

    /// Prepares the checks of picks.
    ///
    /// - Parameters:
    ///   - picks: What is made.
    ///   - tree: The tree of both images' merged layers.
    ///   - oldImage: The old image.
    ///   - newImage: The new image.
    ///   - known: What the images say of packages; nil to look at Debian's lists alone.
    init(
        _ picks: PickSet, _ tree: DiffTree, old oldImage: OpenedImage, new newImage: OpenedImage,
        packages known: PairedPackages? = nil
    ) {
        self.known = known
        self.picks = picks
        self.tree = tree
        self.oldImage = oldImage
        self.newImage = newImage
        old = .old(tree)
        new = .new(tree)
        picked = .picked(picks, of: tree)
    }

    /// What is wrong: missing libraries, links that lead nowhere, packages of which only a part is made.
    ///
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    func warnings() throws -> [PickWarning] {
        var warnings = try libraries()
        warnings += try links()
        warnings += try debianPackages()
        warnings += otherPackages()
        return Array(warnings.prefix(Self.warningLimit))
    }

    /// Those of some nodes that changed and are not made.
    private func remedy(_ nodes: some Sequence<Int>) -> [Int] {
        Set(nodes.filter { tree.nodes[$0].change != .unchanged && !picks.contains($0) }).sorted()
    }

    // MARK: - Libraries

    /// Libraries that programs need which are made, and that only the new image has.
    private func libraries() throws -> [PickWarning] {
        var users: [[UInt8]: Int] = [:]
        for node in picks.all where tree.nodes[node].change != .metadata {
            try Task.checkCancellation()
            guard let id = tree.nodes[node].new, tree.newEntry(tree.nodes[node])?.kind == .file,
                let content = Self.content(id, of: newImage)
            else { continue }
            let file = try ElfFile { offset, count in
                guard offset < content.byteCount else { return [] }
                let room = Int(clamping: content.byteCount - offset)
                return try content.read(at: offset, count: min(count, room))
            }
            for name in file?.neededLibraries ?? [] where users[name] == nil { users[name] = node }
        }
        guard !users.isEmpty else { return [] }
        var providers: [[UInt8]: [Int]] = [:]
        for node in tree.nodes.indices where users[Array(tree.name(of: node))] != nil {
            providers[Array(tree.name(of: node)), default: []].append(node)
        }
        return users.sorted { ($0.value, $1.key.count) < ($1.value, $0.key.count) }.compactMap { name, user in
            let nodes = providers[name] ?? []
            guard !nodes.contains(where: picked.has), let provider = nodes.first(where: new.has) else {
                return nil
            }
            let place = new.follow(tree.path(of: provider).bytes, from: 0)
            return PickWarning(
                node: user, problem: .missingLibrary(name: name),
                remedy: remedy([provider] + (place?.visited ?? [])))
        }
    }

    // MARK: - Links

    /// How many steps links may take together: some for each of a hundred thousand.
    private static let linkStepLimit = 1 << 20

    /// Symbolic links that lead nowhere in the image that is made, and lead somewhere where they come from.
    private func links() throws -> [PickWarning] {
        var warnings: [PickWarning] = []
        var stepsLeft = Self.linkStepLimit
        for node in tree.nodes.indices where stepsLeft > 0 && picked.has(node) {
            guard let entry = picked.entry(node), entry.kind == .symlink else { continue }
            try Task.checkCancellation()
            let directory = tree.nodes[node].parent
            let place = picked.follow(entry.linkTarget, from: directory)
            stepsLeft -= place?.stepCount ?? TreeSide.stepLimit
            guard let place, place.node == nil else { continue }
            let origin = picks.contains(node) ? new : old
            guard origin.follow(entry.linkTarget, from: directory)?.node != nil else { continue }
            let target =
                new.entry(node).map { new.follow($0.linkTarget, from: directory)?.visited ?? [] } ?? []
            warnings.append(
                PickWarning(
                    node: node, problem: .danglingLink(target: entry.linkTarget),
                    remedy: remedy([node] + target)))
            if warnings.count >= Self.warningLimit { break }
        }
        return warnings
    }

    // MARK: - Packages

    private static let listByteLimit: UInt64 = 8 << 20
    private static let listsByteLimit: UInt64 = 128 << 20

    /// Where dpkg keeps the list of each package; nil if it does not.
    private var debianLists: Int? { TreePath("var/lib/dpkg/info").flatMap(tree.index) }

    /// Other packages that the images know of which only some of the changed files are made: a jar beside the one whose
    /// place it takes, a module without the files that changed with it.
    private func otherPackages() -> [PickWarning] {
        guard let known else { return [] }
        let hasLists = debianLists != nil
        return known.changedFiles(of: tree).compactMap { package, changed in
            guard package.kind != .debian || !hasLists else { return nil }
            let made = changed.filter(picks.contains)
            guard let first = made.first, made.count < changed.count else { return nil }
            return PickWarning(
                node: first,
                problem: .halfPackage(
                    name: Array(package.name.utf8), made: made.count, changed: changed.count),
                remedy: remedy(changed))
        }
    }

    /// Debian packages of which only some of the changed files are made (dpkg's `info/NAME.list`).
    private func debianPackages() throws -> [PickWarning] {
        guard let folder = debianLists else { return [] }
        let end = Array(".list".utf8)
        var warnings: [PickWarning] = []
        var byteCount: UInt64 = 0
        for node in tree.nodes[folder].children
        where tree.name(of: node).suffix(end.count).elementsEqual(end) {
            try Task.checkCancellation()
            let list =
                tree.nodes[node].new.flatMap { Self.content($0, of: newImage) }
                ?? tree.nodes[node].old.flatMap { Self.content($0, of: oldImage) }
            guard let list, list.byteCount <= Self.listByteLimit else { continue }
            let bytes = try list.read(at: 0, count: Int(list.byteCount))
            // To find a path takes as long as to read some more bytes of one.
            byteCount += list.byteCount + 32 * UInt64(bytes.count { $0 == UInt8(ascii: "\n") })
            guard byteCount <= Self.listsByteLimit else { break }
            let name = Array(tree.name(of: node).dropLast(end.count))
            let changed = changedFiles(bytes)
            let made = changed.filter(picks.contains)
            guard let first = made.first, made.count < changed.count else { continue }
            // What dpkg notes of the package belongs to it.
            let notes = tree.nodes[folder].children.filter {
                tree.name(of: $0).starts(with: name + [UInt8(ascii: ".")])
            }
            warnings.append(
                PickWarning(
                    node: first,
                    problem: .halfPackage(name: name, made: made.count, changed: changed.count),
                    remedy: remedy(changed + notes)))
            if warnings.count >= Self.warningLimit { break }
        }
        return warnings
    }

    /// The files of a list whose content changed; directories belong to every package that has something in them.
    private func changedFiles(_ list: [UInt8]) -> [Int] {
        var changed: Set<Int> = []
        for line in list.split(separator: UInt8(ascii: "\n")) {
            let path = Array(line)
            for side in [new, old] {
                guard let node = side.node(of: path), side.has(node) else { continue }
                let change = tree.nodes[node].change
                if change != .unchanged, change != .metadata, !tree.nodes[node].isDirectory {
                    changed.insert(node)
                }
            }
        }
        return changed.sorted()
    }

    private static func content(_ id: EntryID, of image: OpenedImage) -> FileRegion? {
        let id = image.contentPlace(of: id)
        guard image.layers.indices.contains(id.layer),
            image.layers[id.layer].spans.indices.contains(id.ordinal)
        else { return nil }
        let span = image.layers[id.layer].spans[id.ordinal]
        return image.layers[id.layer].tar.part(at: span.contentOffset, byteCount: span.contentByteCount)
    }
}

extension PickedImage {
    /// What picks lack that the new image has; nothing if everything is picked.
    ///
    /// - Parameter packages: What the images say of packages; nil to look at Debian's lists alone.
    /// - Returns: The warnings.
    /// - Throws: `FileError` if the images can no longer be read, `CancellationError` when its task was cancelled.
    public func warnings(packages: PairedPackages? = nil) async throws -> [PickWarning] {
        guard let origin else { return [] }
        return try await WorkPool.shared.run {
            try PickChecks(
                origin.picks, origin.tree, old: origin.old, new: origin.new, packages: packages
            ).warnings()
        }
    }
}
