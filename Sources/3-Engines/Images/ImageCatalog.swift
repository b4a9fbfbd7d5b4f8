import Bytes
import FileIO
import FileTree
import Hashing
import OCI

/// One image that a store lists, before anything but its place in the lists was read.
struct ListedImage {
    enum Place {
        /// In `index.json`, or in an index that it names.
        case index(Descriptor)
        /// In the `manifest.json` of `docker save`.
        case savedList(SavedImageDocument)
        /// In an index, under a digest that cannot be computed.
        case otherDigest(String)
    }

    /// Where it is listed.
    let place: Place
    /// What it runs on, if the list says so.
    let platform: Platform?
    /// The entries of `index.json` that lead to it.
    var roots: [Int] = []
    /// Names that are its own.
    var names: [String] = []
}

/// An entry of `index.json`: a name is given to all that it leads to.
struct IndexRoot {
    let digest: Digest
    var names: [String]
}

/// Lists the images of a store. What they are made of is read later, and only of those that may be chosen.
struct ImageCatalog {
    let store: any BlobStore
    /// How much JSON may be read.
    let budget: ByteBudget
    private(set) var images: [ListedImage] = []
    private(set) var roots: [IndexRoot] = []
    var manifests: [Digest: ReadManifest] = [:]
    /// Digests of configurations in docker's list, by the names of their files.
    var savedConfigs: [String: Digest] = [:]
    private var indexes: [Digest: [IndexEntry]?] = [:]
    /// The places in `images` of those whose digests cannot be computed.
    private var others: [Choice<String>: Int] = [:]
    private var stepCount = 0
    /// What was found out of the images of manifests: whether all is there, and the configuration's digest.
    var outcomes: [Digest: Result<Digest?, any Error>] = [:]
    var source: String { store.source }

    /// Reads the lists of a store.
    ///
    /// - Throws: `ImageError` if it has none, or one that is damaged or ambiguous.
    init(store: any BlobStore) throws {
        self.store = store
        budget = ByteBudget(
            limit: ReadingLimits.documents(in: store.storedByteCount), source: store.source,
            what: "its documents have")
        try checkLayout()
        let index = try document("index.json")
        let manifest = try document("manifest.json")
        if store.naming == .hexadecimal, let manifest {
            try addDirImages(manifest)
        } else {
            if let index { try addIndex(index, name: "index.json") }
            if let manifest { try addSaved(manifest) }
            guard index != nil || manifest != nil else { throw try withoutLists() }
        }
    }

    /// The digests of the indexes that lead to images, `index.json` itself left out.
    var indexDigests: Set<Digest> { Set(indexes.filter { $0.value != nil }.keys) }

    /// Names by which an image is known.
    func names(of image: ListedImage) -> [String] {
        var seen: Set<String> = []
        return (image.names + image.roots.flatMap { roots[$0].names }).filter { seen.insert($0).inserted }
    }

    // MARK: - Documents

    private func document(_ name: String) throws -> [UInt8]? {
        guard let path = TreePath(name), let region = try store.file(path) else { return nil }
        return try bytes(region, name: name)
    }

    /// The bytes of a document, which must not be too many.
    func bytes(_ region: FileRegion, name: String) throws -> [UInt8] {
        try budget.spend(region.byteCount)
        return try JSONDocument.bytes(region, name: name, source: source)
    }

    /// The bytes of a document that a descriptor points at; nil if it is not there.
    ///
    /// - Throws: `ImageError` if it has another size or digest.
    func bytes(of descriptor: Descriptor) throws -> [UInt8]? {
        guard let region = try store.blob(descriptor.digest) else { return nil }
        let name = store.naming.name(of: descriptor.digest)
        try ImageError.check(region.byteCount, against: descriptor, name: name, source: source)
        let bytes = try bytes(region, name: name)
        let actual = Digest.of(bytes)
        guard actual == descriptor.digest else {
            throw ImageError.wrongDigest(
                source: source, name: name, expected: descriptor.digest.description,
                actual: actual.description)
        }
        return bytes
    }

    private func checkLayout() throws {
        guard let bytes = try document("oci-layout") else { return }
        let layout = try JSONDocument.decode(LayoutDocument.self, bytes, name: "oci-layout", source: source)
        guard layout.imageLayoutVersion == LayoutDocument.version else {
            let version = EscapedText.of(layout.imageLayoutVersion.utf8, limit: 40)
            throw ImageError.unsupported(
                source: source,
                reason:
                    "its OCI layout has version '\(version)'; the only known one is \(LayoutDocument.version)"
            )
        }
    }

    private func withoutLists() throws -> ImageError {
        if let path = TreePath("repositories"), try store.file(path) != nil {
            return .unsupported(
                source: source,
                reason: "docker before version 1.10 saved it; load it with docker and save it again")
        }
        let missing = "neither 'index.json' nor 'manifest.json' is in it"
        let names = try store.namesAtTop()
        for name in names.sorted().prefix(Self.folderLimit) {
            let lists = ["\(name)/index.json", "\(name)/manifest.json"].compactMap { TreePath($0) }
            guard try lists.contains(where: { try store.file($0) != nil }) else { continue }
            let folder = EscapedText.of(name.utf8, limit: 200)
            return .notAnImage(
                source: source,
                reason: "\(missing), but in its folder '\(folder)': "
                    + (store.archive == nil ? "name that" : "unpack it and name that, or pack what is in it"))
        }
        guard names.intersection(Self.systemFolders).count < 3 else {
            return .notAnImage(
                source: source,
                reason: "it holds the files of a container, as docker export writes them; "
                    + "save the image with docker save")
        }
        return .notAnImage(source: source, reason: missing)
    }

    /// Folders of a store in which lists are looked for.
    private static let folderLimit = 64

    /// Folders of which a Linux system has several.
    private static let systemFolders: Set<String> = ["bin", "etc", "lib", "sbin", "usr", "var"]

    // MARK: - Indexes

    /// How many steps may lead from index to index to image, and how many names from there to images: several times what
    /// a large mirror needs. An index may stand under thousands of platforms, and each time lists all that it holds.
    private static let stepLimit = 1 << 18
    /// How deep indexes may lie in indexes.
    private static let depthLimit = 8

    /// What makes an image another choice: the same manifest may stand for several platforms.
    private struct Choice<ID: Hashable>: Hashable {
        let digest: ID
        let platform: Platform?
    }

    private mutating func countSteps(_ count: Int) throws(ImageError) {
        stepCount += count
        guard stepCount <= Self.stepLimit else {
            throw .damaged(source: source, reason: "its indexes lead to too many images in too many ways")
        }
    }

    private mutating func addIndex(_ bytes: [UInt8], name: String) throws {
        let entries = try entries(bytes, name: name)
        // A thousand tags of one image are one entry of a thousand names.
        var numbers: [Choice<Digest>: Int] = [:]
        var starts: [Descriptor] = []
        var known: Set<[String]> = []
        for entry in entries {
            guard case .known(let descriptor) = entry else {
                try addOther(entry, root: nil)
                continue
            }
            let names = Self.names(of: descriptor)
            let choice = Choice(digest: descriptor.digest, platform: descriptor.platform)
            let number = numbers[choice] ?? starts.count
            if number == starts.count {
                numbers[choice] = number
                starts.append(descriptor)
                roots.append(IndexRoot(digest: descriptor.digest, names: []))
            }
            for name in names where known.insert(["\(number)", name]).inserted {
                roots[number].names.append(name)
            }
        }
        var found: [Choice<Digest>: Int] = [:]
        for (root, start) in starts.enumerated() {
            var seen: Set<Choice<Digest>> = []
            var pending = [(descriptor: start, depth: 0)]
            while let (descriptor, depth) = pending.popLast() {
                try countSteps(1)
                let choice = Choice(digest: descriptor.digest, platform: descriptor.platform)
                guard seen.insert(choice).inserted, !isAttestation(descriptor) else { continue }
                if let children = try children(of: descriptor) {
                    guard depth < Self.depthLimit else {
                        throw ImageError.damaged(source: source, reason: "its indexes are nested too deeply")
                    }
                    for child in children.reversed() {
                        if case .known(let next) = child {
                            pending.append((next, depth + 1))
                        } else {
                            try addOther(child, root: root)
                        }
                    }
                } else if MediaType.isManifest(descriptor.mediaType)
                    || MediaType.isIndex(descriptor.mediaType)
                {
                    try countSteps(roots[root].names.count)
                    // An index that is not there counts, too: what is missing is told if nothing else is left.
                    if let number = found[choice] {
                        images[number].roots.append(root)
                        continue
                    }
                    found[choice] = images.count
                    images.append(
                        ListedImage(
                            place: .index(descriptor), platform: descriptor.platform, roots: [root],
                            names: depth > 0 ? Self.names(of: descriptor) : []))
                }
            }
        }
    }

    /// Lists an image whose digest cannot be computed; one that is listed already has one more entry that leads to it.
    private mutating func addOther(_ entry: IndexEntry, root: Int?) throws {
        guard case .other(let digest, let names, let platform) = entry else { return }
        try countSteps(1 + (root.map { roots[$0].names.count } ?? 0))
        let choice = Choice(digest: digest, platform: platform)
        let number = others[choice] ?? images.count
        if number == images.count {
            others[choice] = number
            images.append(ListedImage(place: .otherDigest(digest), platform: platform))
        }
        images[number].names += names
        // One index may list it twice.
        if let root, images[number].roots.last != root { images[number].roots.append(root) }
    }

    /// What an index lists; nil if the descriptor points at something else, or at what is not there.
    private mutating func children(of descriptor: Descriptor) throws -> [IndexEntry]? {
        if let known = indexes[descriptor.digest] { return known }
        var children: [IndexEntry]?
        // Some writers leave the type out; what is no image document may have any size.
        if MediaType.isIndex(descriptor.mediaType) || descriptor.mediaType.isEmpty,
            let bytes = try bytes(of: descriptor)
        {
            let name = descriptor.digest.description
            let isIndex =
                try MediaType.isIndex(descriptor.mediaType)
                || JSONDocument.parse(bytes, fields: [], name: name, source: source)["manifests"] != nil
            if isIndex { children = try entries(bytes, name: name) }
        }
        indexes.updateValue(children, forKey: descriptor.digest)
        return children
    }

    private func entries(_ bytes: [UInt8], name: String) throws -> [IndexEntry] {
        let value = try JSONDocument.parse(bytes, fields: IndexEntries.fields, name: name, source: source)
        guard value["config"] == nil, value["layers"] == nil, value["fsLayers"] == nil else {
            throw ImageError.damaged(source: source, reason: "'\(name)' is an index and a manifest at once")
        }
        // Docker 25.0.0 wrote null where it had nothing to list.
        return try JSONDocument.decodeChecked(IndexEntries.self, bytes, name: name, source: source).manifests
            ?? []
    }

    /// BuildKit stores provenance beside the image under a platform that is none.
    private func isAttestation(_ descriptor: Descriptor) -> Bool {
        descriptor.annotations["vnd.docker.reference.type"] != nil
            || descriptor.platform.map { $0.os == "unknown" && $0.architecture == "unknown" } ?? false
    }

    /// containerd writes the full name beside the OCI annotation, which then holds the tag alone.
    static func names(of descriptor: Descriptor) -> [String] { names(in: descriptor.annotations) }

    static func names(in annotations: [String: String]) -> [String] {
        let keys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"]
        return shown(keys.compactMap { annotations[$0] }).prefix(1).map(\.self)
    }

    /// Names as they are shown; an empty one names nothing.
    private static func shown(_ names: [String]) -> [String] {
        names.filter { !$0.isEmpty }.map { EscapedText.of($0.utf8, limit: 300) }
    }

    // MARK: - Other lists

    private mutating func addSaved(_ bytes: [UInt8]) throws {
        let name = "manifest.json"
        // Go reads null as a list of nothing.
        switch try JSONDocument.parse(bytes, fields: [], name: name, source: source) {
        case .null: return
        case .array: break
        default:
            throw ImageError.damaged(
                source: source, reason: "'\(name)' is no list of images, which 'docker save' writes there")
        }
        let saved = try JSONDocument.decode(
            [SavedImageDocument].self, bytes, name: name, source: source)
        for image in saved {
            images.append(
                ListedImage(
                    place: .savedList(image), platform: nil,
                    names: Self.shown(image.RepoTags ?? [])))
        }
    }

    /// What a `dir:` folder holds: one image without a name, or an index of several.
    private mutating func addDirImages(_ bytes: [UInt8]) throws {
        let name = "manifest.json"
        let kind = try JSONDocument.parse(bytes, fields: [], name: name, source: source)
        guard ["manifests", "config", "layers", "fsLayers"].contains(where: { kind[$0] != nil }) else {
            throw ImageError.damaged(
                source: source,
                reason:
                    "'\(name)' is neither a list of images, which 'docker save' writes there, nor a manifest")
        }
        let value = try JSONDocument.parse(
            bytes, fields: IndexDocument.fields + ManifestDocument.fields, name: name, source: source)
        guard value["manifests"] == nil else { return try addIndex(bytes, name: name) }
        let descriptor = Descriptor(mediaType: "", digest: Digest.of(bytes), size: UInt64(bytes.count))
        manifests[descriptor.digest] = try readManifest(bytes, descriptor, name: name)
        images.append(ListedImage(place: .index(descriptor), platform: nil))
    }
}

/// What an index lists, read leniently: one entry that cannot be used must not hide the others.
private struct IndexEntries: ImageDocument {
    static let fields = IndexDocument.fields

    let manifests: [IndexEntry]?
}

/// An entry of an index.
enum IndexEntry: Decodable {
    case known(Descriptor)
    /// Its digest is of another algorithm than SHA-256.
    case other(digest: String, names: [String], platform: Platform?)

    private struct Named: Decodable {
        let digest: String
        let annotations: [String: String]?
        let platform: PartialPlatform?
    }

    init(from decoder: any Decoder) throws {
        let named = try Named(from: decoder)
        if Digest.isOtherAlgorithm(named.digest) {
            self = .other(
                digest: named.digest, names: ImageCatalog.names(in: named.annotations ?? [:]),
                platform: named.platform?.platform)
        } else {
            self = .known(try Descriptor(from: decoder))
        }
    }
}
