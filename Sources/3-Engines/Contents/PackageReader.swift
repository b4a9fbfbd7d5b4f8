import Compression
import Databases
import FileFormats
import FileTree
import OCI
public import Images
public import Summary

/// Finds the packages of an image by the lists that package managers keep in it, and by what files say of themselves.
public struct PackageReader {
    /// What was found.
    public private(set) var inventory = PackageInventory()
    /// Whether all lists could be read.
    public private(set) var isComplete = true
    /// Lists that are there and could not be read: where they are, and why.
    public private(set) var unread: [String] = []
    private let image: OpenedImage
    private var tree: ImageTree
    private var paths: ImagePaths
    /// How many more bytes are read.
    private var budget = Self.byteLimit
    /// How many more bytes the lines of lists may have, each counted with what it costs to find its path.
    private var lineBudget = 1 << 27
    /// How many more bytes may come out of jars.
    private var unpackingBudget = 1 << 28

    /// An image of ten thousand packages has lists of some ten megabytes.
    private static let byteLimit = 1 << 30
    private static let fileLimit = 1 << 26
    /// What a jar says of itself is short.
    private static let memberLimit = 1 << 20
    private static let memberCountLimit = 64

    /// Looks through an image.
    ///
    /// - Parameter image: The image.
    /// - Throws: `CancellationError` when the task was cancelled. What cannot be read is left out.
    public init(_ image: OpenedImage) throws {
        try self.init(image, ImageTree(image.index.stack.takeTree()))
    }

    /// Looks through an image whose files are known.
    init(_ image: OpenedImage, _ files: ImageTree) throws {
        self.image = image
        tree = files
        paths = ImagePaths(tree)
        // What the system's package manager installed is its own, even if it is a wheel or a jar as well.
        try readDebian()
        try readAlpine()
        try readRpm()
        try readLanguages()
        // Of large images the tree is large, and nobody needs it any more.
        tree = ImageTree(Tree())
        paths = ImagePaths(tree)
    }

    // MARK: - Reading

    /// A file's content; empty if it is none, or cannot be read.
    private mutating func content(_ node: Int?, limit: Int = Self.fileLimit) -> [UInt8] {
        guard let node, let id = tree.entryID(of: node), let entry = paths.entry(node),
            entry.kind == .file || entry.kind == .hardLink
        else { return [] }
        return content(id, at: 0, count: limit)
    }

    private mutating func content(_ id: EntryID, at offset: UInt64, count: Int) -> [UInt8] {
        guard budget > 0 else {
            isComplete = false
            return []
        }
        do {
            let bytes = try image.content(of: id, at: offset, count: min(count, budget))
            budget -= bytes.count
            if bytes.count == Self.fileLimit { isComplete = false }
            return bytes
        } catch {
            isComplete = false
            return []
        }
    }

    /// The content of a list of lines; empty if there are too many of them.
    private mutating func list(_ node: Int?) -> [UInt8] {
        let list = content(node)
        let cost = list.count + Self.lineCost * list.count { $0 == UInt8(ascii: "\n") }
        guard cost <= lineBudget else {
            isComplete = false
            return []
        }
        lineBudget -= cost
        return list
    }

    /// To find a path takes as long as to read so many bytes of one.
    private static let lineCost = 32

    /// What is in a directory, in the order of names.
    private mutating func children(_ path: String) -> [Int] {
        guard let node = paths.node(at: path.utf8) else { return [] }
        return tree.children(of: node)
    }

    // MARK: - Packages of the system

    private mutating func readDebian() throws {
        for package in SystemPackages.debian(status: list(paths.node(at: "var/lib/dpkg/status".utf8))) {
            try Task.checkCancellation()
            var node: Int?
            for name in SystemPackages.debianListNames(of: package) where node == nil {
                node = paths.node(at: "var/lib/dpkg/info/\(name)".utf8)
            }
            add(package, paths: SystemPackages.paths(inList: list(node)))
        }
        for node in children("var/lib/dpkg/status.d") {
            try Task.checkCancellation()
            let name = tree.name(of: node)
            let sums = Array(".md5sums".utf8)
            guard !name.suffix(sums.count).elementsEqual(sums) else { continue }
            let files = tree.child(of: tree.parent(of: node), named: (name + sums)[...])
            for package in SystemPackages.debian(status: list(node)) {
                add(package, paths: SystemPackages.paths(inSums: list(files)), and: [node, files])
            }
        }
    }

    private mutating func readAlpine() throws {
        for place in ["lib/apk/db/installed", "usr/lib/apk/db/installed"] {
            let packages = SystemPackages.alpine(installed: list(paths.node(at: place.utf8)))
            for listed in packages {
                try Task.checkCancellation()
                add(listed.package, paths: listed.paths)
            }
            if !packages.isEmpty { return }
        }
    }

    /// Where rpm keeps its lists, and what it called them before it kept them in SQLite.
    private static let rpmDirectories = ["usr/lib/sysimage/rpm", "var/lib/rpm"]
    private static let rpmOlderLists = [
        ("Packages.db", "rpm's own database of the kind NDB"), ("Packages", "a Berkeley database"),
    ]
    /// A server of ten thousand packages has a list of some hundred megabytes.
    private static let rpmByteLimit = 1 << 28
    private static let rpmPackageLimit = 1 << 17
    /// A list of that size takes some ten million steps.
    private static let rpmStepLimit = 1 << 28

    private mutating func readRpm() throws {
        for directory in Self.rpmDirectories {
            let path = "\(directory)/rpmdb.sqlite"
            let list = content(paths.node(at: path.utf8), limit: Self.rpmByteLimit)
            guard list.isEmpty else { return try readRpm(list, path) }
            for (name, kind) in Self.rpmOlderLists {
                let path = "\(directory)/\(name)"
                guard let node = paths.node(at: path.utf8), let entry = paths.entry(node),
                    entry.kind == .file, entry.size > 0
                else { continue }
                return leaveOut(path, "\(kind), which is not read")
            }
        }
    }

    private mutating func readRpm(_ list: [UInt8], _ path: String) throws {
        // Changes that are not in the file yet.
        if paths.node(at: "\(path)-wal".utf8).flatMap(paths.entry)?.size ?? 0 > 0 {
            leaveOut("\(path)-wal", "changes that rpm has not moved into its database yet")
        }
        var left = list.count
        var (packageCount, damagedCount) = (0, 0)
        do {
            try SQLiteDatabase(list).forEachBlob("blob", of: "Packages", stepLimit: Self.rpmStepLimit) {
                header in
                // All rows of an honest file have bytes of their own.
                left -= header.count
                guard left >= 0, packageCount < Self.rpmPackageLimit else {
                    leaveOut(path, "its rows hold more than the whole file")
                    return false
                }
                packageCount += 1
                if let listed = RpmPackages.package(header: header) {
                    add(listed.package, paths: listed.paths)
                } else {
                    damagedCount += 1
                }
                return true
            }
        } catch let error as SQLiteError {
            leaveOut(path, "it is damaged: \(error)")
        }
        if damagedCount > 0 { leaveOut(path, "\(damagedCount) of its headers are damaged") }
    }

    /// Notes that a list is not read.
    private mutating func leaveOut(_ path: String, _ why: String) {
        isComplete = false
        unread.append("\(path): \(why)")
    }

    /// Adds a package of some files; the directories that a list names belong to many.
    private mutating func add(
        _ package: Package, paths list: [[UInt8]], from base: [UInt8] = [], and more: [Int?] = []
    ) {
        var nodes = list.compactMap { paths.node(at: $0, from: base) }
        nodes += more.compactMap(\.self)
        add(package, nodes: nodes)
    }

    private mutating func add(_ package: Package, nodes: [Int]) {
        inventory.add(
            package,
            files: nodes.compactMap { node in
                paths.entry(node).flatMap { $0.kind == .directory ? nil : tree.entryID(of: node) }
            })
    }

    // MARK: - Packages of languages

    private mutating func readLanguages() throws {
        /// npm packages that own what is in their directories.
        var npm: [Int: (package: Package, nodes: [Int])] = [:]
        /// The npm package that each directory belongs to.
        var npmOfDirectory: [Int: Int] = [:]
        for node in tree.indices.dropFirst() where tree.has(node) {
            if node & 0xff == 0 { try Task.checkCancellation() }
            let parent = tree.parent(of: node)
            let entry = paths.entry(node)
            guard let entry, entry.kind != .directory else {
                if isInNodeModules(node), let package = npmPackage(node) {
                    npm[node] = (package, [])
                    npmOfDirectory[node] = node
                } else {
                    npmOfDirectory[node] = npmOfDirectory[parent]
                }
                continue
            }
            if let home = npmOfDirectory[parent] { npm[home]?.nodes.append(node) }
            guard entry.kind == .file || entry.kind == .hardLink, let id = tree.entryID(of: node),
                inventory.owners[id] == nil
            else { continue }
            readFile(node, id, entry)
        }
        for (package, nodes) in npm.sorted(by: { $0.key < $1.key }).map(\.value) {
            // A package of the system or a Python package may have brought all of it.
            let own = nodes.filter { node in
                tree.entryID(of: node).map { inventory.owners[$0] == nil } ?? false
            }
            if !own.isEmpty { add(package, nodes: own) }
        }
    }

    private mutating func readFile(_ node: Int, _ id: EntryID, _ entry: Entry) {
        let name = tree.name(of: node)
        if name.elementsEqual("METADATA".utf8) {
            readPython(node)
        } else if name.count > 4, name.suffix(4).elementsEqual(".jar".utf8) {
            readJar(node, id, entry.size)
        } else if entry.mode & 0o111 != 0 {
            readProgram(node, id)
        }
    }

    private mutating func readPython(_ metadata: Int) {
        let ending = Array(".dist-info".utf8)
        let directory = tree.parent(of: metadata)
        guard tree.name(of: directory).suffix(ending.count).elementsEqual(ending) else { return }
        let base = tree.path(of: tree.parent(of: directory))
        guard let package = LanguagePackages.python(metadata: content(metadata), in: base) else { return }
        let record = tree.child(of: directory, named: Array("RECORD".utf8)[...])
        add(
            package, paths: LanguagePackages.paths(inRecord: list(record)), from: base.bytes,
            and: tree.children(of: directory))
    }

    // MARK: - npm

    /// Whether a directory is where npm puts a package: `node_modules/NAME` or `node_modules/@SCOPE/NAME`.
    private func isInNodeModules(_ node: Int) -> Bool {
        let modules = "node_modules".utf8
        let parent = tree.parent(of: node)
        let name = tree.name(of: parent)
        if name.elementsEqual(modules) { return tree.name(of: node).first != UInt8(ascii: "@") }
        return name.first == UInt8(ascii: "@")
            && tree.name(of: tree.parent(of: parent)).elementsEqual(modules)
    }

    private mutating func npmPackage(_ directory: Int) -> Package? {
        guard let manifest = tree.child(of: directory, named: Array("package.json".utf8)[...]) else {
            return nil
        }
        return LanguagePackages.npm(manifest: content(manifest), in: tree.path(of: directory))
    }

    // MARK: - Jars and programs

    private mutating func readJar(_ node: Int, _ id: EntryID, _ size: UInt64) {
        let byteCount = (try? image.byteCount(of: id)) ?? size
        var properties: [[UInt8]] = []
        var manifest: [UInt8] = []
        if let directory = ZipDirectory(byteCount: byteCount, { content(id, at: $0, count: $1) }) {
            let start = Array("META-INF/maven/".utf8)
            let end = Array("/pom.properties".utf8)
            var memberCount = 0
            for member in directory.members where memberCount < Self.memberCountLimit {
                if member.name.starts(with: start), member.name.suffix(end.count).elementsEqual(end) {
                    memberCount += 1
                    if let text = self.member(member, of: id) { properties.append(text) }
                } else if manifest.isEmpty, member.name.elementsEqual("META-INF/MANIFEST.MF".utf8) {
                    memberCount += 1
                    manifest = self.member(member, of: id) ?? []
                }
            }
        }
        let path = tree.path(of: node)
        if let package = LanguagePackages.java(at: path, properties: properties, manifest: manifest) {
            add(package, nodes: [node])
        }
    }

    private mutating func member(_ member: ZipDirectory.Member, of id: EntryID) -> [UInt8]? {
        guard member.packedByteCount <= UInt64(Self.memberLimit),
            let offset = ZipDirectory.dataOffset(of: member, { content(id, at: $0, count: $1) })
        else { return nil }
        let packed = content(id, at: offset, count: Int(member.packedByteCount))
        switch member.method {
        case .stored: return packed
        case .deflated:
            let limit = min(Self.memberLimit, unpackingBudget)
            guard limit > 0 else {
                isComplete = false
                return nil
            }
            guard case .finished(let text, _) = Inflate.decompress(packed[...], limit: limit) else {
                // As much as that came out of it.
                unpackingBudget -= limit
                return nil
            }
            unpackingBudget -= text.count
            return text
        case .other: return nil
        }
    }

    private mutating func readProgram(_ node: Int, _ id: EntryID) {
        guard let file = ElfFile({ content(id, at: $0, count: $1) }),
            let info = GoBuildInfo(file, { content(id, at: $0, count: $1) })
        else { return }
        let packages = LanguagePackages.go(info, at: tree.path(of: node))
        // The program is the first one's; what other modules have in it cannot be told.
        for (index, package) in packages.enumerated() { add(package, nodes: index == 0 ? [node] : []) }
    }
}
