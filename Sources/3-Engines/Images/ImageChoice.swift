import Bytes
import OCI

/// The image that was chosen.
struct ChosenImage {
    let names: [String]
    let platform: Platform?
    let parts: ImageParts
    let config: ReadConfig
    /// Whether the store holds other images that are all there, too.
    let isOneOfSeveral: Bool
}

/// Chooses images of a store.
struct ImageChoice {
    let request: ImageRequest
    var catalog: ImageCatalog
    /// Configurations that were read, or what is wrong with them.
    private var configs: [Digest: Result<ReadConfig, any Error>] = [:]
    private var source: String { catalog.source }

    init(request: ImageRequest, catalog: ImageCatalog) {
        self.request = request
        self.catalog = catalog
    }

    /// An image that is all there.
    private struct Candidate {
        /// Where it is listed first.
        let image: ListedImage
        /// Where else it is listed.
        var others: [ListedImage] = []
        let configDigest: Digest

        init(_ image: ListedImage, _ configDigest: Digest) {
            self.image = image
            self.configDigest = configDigest
        }
    }

    /// So many choices are looked at; more cannot be shown, either.
    private static let choiceLimit = 32

    /// Chooses what was asked for, or the only image there is.
    ///
    /// - Throws: `ImageError.ambiguous` or `.noMatch` with the choices; `.missing` if what was asked for is not all there.
    mutating func choose() throws -> ChosenImage {
        var candidates = try candidates(listed())
        if request.platform?.osFeatures.isEmpty ?? true { candidates = withoutFeatures(candidates) }
        if !request.contents.isEmpty {
            candidates = try holding(request.contents, candidates)
        }
        guard let first = candidates.first else { throw withoutImages() }
        guard candidates.count == 1 else { throw ambiguous(candidates) }
        return try chosen(first, isOneOfSeveral: hasOther(than: first))
    }

    /// Chooses all images that are all there, or those of them that hold what is needed.
    ///
    /// - Throws: `ImageError.missing` and the like for the first that is not all there, if none is; `.noMatch` if what is
    ///   needed is not there, unless there is only one image: then it is that.
    mutating func chooseAll() throws -> [ChosenImage] {
        var candidates = try candidates(listed(), limit: .max)
        if !request.contents.isEmpty { candidates = try holding(request.contents, candidates) }
        guard !candidates.isEmpty else { throw withoutImages() }
        var all: [ChosenImage] = []
        for candidate in candidates {
            let first = try chosen(candidate, isOneOfSeveral: false)
            all.append(first)
            // The same image may be there in several forms: compressed in two ways, or in a list of its own.
            var seen: Set<Digest?> = [first.parts.manifestDigest]
            for image in candidate.others {
                let digest = image.manifestDigest
                guard digest == nil || seen.insert(digest).inserted else { continue }
                all.append(try chosen(Candidate(image, candidate.configDigest), isOneOfSeveral: false))
            }
        }
        return all
    }

    /// The images that the request names.
    private mutating func listed() throws -> [ListedImage] {
        var listed = catalog.images
        if let wanted = request.imageName {
            listed = try named(wanted, listed)
            guard !listed.isEmpty else {
                throw ImageError.noMatch(
                    source: source, wanted: "image '\(EscapedText.of(wanted.utf8, limit: 300))'",
                    choices: labels(catalog.images))
            }
        }
        guard let wanted = request.platform else { return listed }
        let before = listed
        listed = listed.filter { image in
            // What no list states, the configuration states; what cannot be read is told below.
            guard let platform = image.platform ?? statedPlatform(image) else { return false }
            return platform.satisfies(wanted)
        }
        guard !listed.isEmpty else {
            throw ImageError.noMatch(
                source: source, wanted: "platform '\(wanted)'", choices: labels(before))
        }
        return listed
    }

    private mutating func chosen(
        _ candidate: Candidate, isOneOfSeveral: Bool
    ) throws -> ChosenImage {
        guard let parts = try catalog.parts(of: candidate.image),
            let config = try config(of: candidate.image)
        else { throw withoutImages() }
        return ChosenImage(
            names: names(of: candidate), platform: candidate.image.platform ?? config.platform, parts: parts,
            config: config,
            isOneOfSeveral: isOneOfSeveral)
    }

    /// Signatures, charts and delta packages are stored as images are: what is there instead tells which file was mistaken.
    private func withoutImages() -> ImageError {
        let types = catalog.manifests.values.compactMap { manifest in
            manifest.document.map { document in
                // Of what borrows the configuration's type, the layers tell what it is.
                let content = MediaType.isConfig(document.config.mediaType) ? document.layers.first : nil
                return document.artifactType ?? content?.mediaType ?? document.config.mediaType
            }
        }
        guard let type = types.min() else { return .notAnImage(source: source, reason: "it lists no image") }
        if type.hasPrefix("application/vnd.silt.delta.") {
            return .notAnImage(
                source: source, reason: "it is a delta package; inspect it, or apply it to its old image")
        }
        return .notAnImage(
            source: source,
            reason: "it lists no image, but an artifact of type '\(EscapedText.of(type.utf8, limit: 100))'")
    }

    /// Whether there is another image that is all there; what cannot be read does not count.
    private mutating func hasOther(than candidate: Candidate) throws -> Bool {
        for image in catalog.images {
            try Task.checkCancellation()
            if let digest = try? catalog.configDigest(of: image), digest != candidate.configDigest {
                return true
            }
        }
        return false
    }

    // MARK: - What there is

    /// The images that are all there, each once; the first that is not, if there is none.
    private mutating func candidates(_ listed: [ListedImage], limit: Int = choiceLimit) throws -> [Candidate]
    {
        var candidates: [Candidate] = []
        var numbers: [Digest: Int] = [:]
        var problem: ImageError?
        for image in listed {
            try Task.checkCancellation()
            do {
                guard let digest = try catalog.configDigest(of: image) else { continue }
                // Compressed in two ways, or under two names, or in two lists: one image, of which the first is taken.
                if let number = numbers[digest] {
                    candidates[number].others.append(image)
                    continue
                }
                numbers[digest] = candidates.count
                candidates.append(Candidate(image, digest))
            } catch let error as ImageError where error.isOfOneImage {
                problem = problem ?? error.of(image: label(image))
            }
            if candidates.count > limit, request.contents.isEmpty { break }
        }
        if candidates.isEmpty, let problem { throw problem }
        return candidates
    }

    /// The platform that an image's configuration states; nil if it cannot be told.
    private mutating func statedPlatform(_ image: ListedImage) -> Platform? {
        try? config(of: image)?.platform
    }

    private mutating func config(of image: ListedImage) throws -> ReadConfig? {
        guard let digest = try catalog.configDigest(of: image) else { return nil }
        if let known = configs[digest] { return try known.get() }
        guard let parts = try catalog.parts(of: image) else { return nil }
        let config = Result { try catalog.config(of: parts) }
        configs[digest] = config
        return try config.get()
    }

    /// An image that asks for a feature of the system is for those who ask for it, if there is one without.
    private func withoutFeatures(_ candidates: [Candidate]) -> [Candidate] {
        let platforms = Set(candidates.map(\.image.platform))
        return candidates.filter { candidate in
            guard var plain = candidate.image.platform, !plain.osFeatures.isEmpty else { return true }
            plain.osFeatures = []
            return !platforms.contains(plain)
        }
    }

    /// The images that hold what is needed: those with the right ids, else one that has all the layers, else as many
    /// as it takes.
    private mutating func holding(_ wanted: [ImageContent], _ candidates: [Candidate]) throws -> [Candidate] {
        let ids = Set(candidates.map(\.configDigest))
        if let content = wanted.first(where: { !$0.imageIDs.isEmpty && ids.isSuperset(of: $0.imageIDs) }) {
            return candidates.filter { content.imageIDs.contains($0.configDigest) }
        }
        guard candidates.count > 1 else { return candidates }
        let held = try candidates.map { candidate in
            Set(try config(of: candidate.image)?.document.rootfs.diff_ids ?? [])
        }
        for content in wanted {
            var missing = Set(content.diffIDs.map(\.description))
            if let whole = held.firstIndex(where: { missing.isSubset(of: $0) }) { return [candidates[whole]] }
            var found: [Candidate] = []
            for (candidate, held) in zip(candidates, held) where !missing.isDisjoint(with: held) {
                missing.subtract(held)
                found.append(candidate)
            }
            if missing.isEmpty { return found }
        }
        throw ImageError.noMatch(
            source: source,
            wanted: "image with the layers that are needed",
            choices: labels(candidates.map(\.image)))
    }

    // MARK: - Names

    private mutating func named(_ wanted: String, _ images: [ListedImage]) throws -> [ListedImage] {
        let (name, digest) = Self.split(wanted)
        if let digest {
            // As docker, whoever states the digest needs no name.
            return try images.filter { try ids(of: $0).contains(digest) }
        }
        let full = ImageName.full(name)
        let roots = Set(
            catalog.roots.indices.filter { number in
                catalog.roots[number].names.contains { ImageName.full($0) == full }
            })
        let byName = images.filter { image in
            image.roots.contains { roots.contains($0) } || image.names.contains { ImageName.full($0) == full }
        }
        if !byName.isEmpty { return byName }
        let byTag = images.filter { image in
            (image.roots.flatMap { catalog.roots[$0].names } + image.names).contains {
                ImageName.tag($0) == wanted
            }
        }
        if !byTag.isEmpty { return byTag }
        let start = wanted.hasPrefix("sha256:") ? String(wanted.dropFirst(7)) : wanted
        guard start.utf8.count >= 4, start.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
            return []
        }
        return try images.filter { try ids(of: $0).contains { $0.hex.hasPrefix(start) } }
    }

    /// `name@sha256:…` in two.
    private static func split(_ wanted: String) -> (name: String, digest: Digest?) {
        guard let sign = wanted.lastIndex(of: "@"),
            let digest = Digest(String(wanted[wanted.index(after: sign)...]))
        else { return (wanted, nil) }
        return (String(wanted[..<sign]), digest)
    }

    /// The digests by which an image is known: its configuration's, its manifest's, those of indexes that lead to it.
    private mutating func ids(of image: ListedImage) throws -> [Digest] {
        var ids = image.roots.map { catalog.roots[$0].digest }
        if case .index(let descriptor) = image.place { ids.append(descriptor.digest) }
        // What is not all there is not known by its configuration, but may still be by the others.
        if let digest = try? catalog.configDigest(of: image) { ids.append(digest) }
        return ids
    }

    // MARK: - Messages

    private mutating func label(_ image: ListedImage) -> String {
        let names = catalog.names(of: image)
        var label = names.prefix(3).joined(separator: " ")
        if names.count > 3 { label += " …" }
        if label.isEmpty {
            switch image.place {
            case .index(let descriptor): label = descriptor.digest.short
            case .savedList(let saved): label = EscapedText.of(saved.Config.utf8, limit: 100)
            case .otherDigest(let digest): label = EscapedText.of(digest.utf8, limit: 20)
            }
        }
        return (image.platform ?? statedPlatform(image)).map { "\(label) (\($0))" } ?? label
    }

    private mutating func labels(_ images: [ListedImage]) -> [String] {
        var labels: [String] = []
        for image in images.prefix(Self.choiceLimit) { labels.append(label(image)) }
        return labels
    }

    private func names(of candidate: Candidate) -> [String] {
        var seen: Set<String> = []
        return ([candidate.image] + candidate.others).flatMap { catalog.names(of: $0) }
            .filter { seen.insert($0).inserted }
    }

    private mutating func ambiguous(_ candidates: [Candidate]) -> ImageError {
        let names = candidates.map { self.names(of: $0) }
        let platforms = candidates.map { $0.image.platform ?? statedPlatform($0.image) }
        let plain = candidates.indices.map { index in
            let name = names[index].prefix(3).joined(separator: " ")
            let label = name.isEmpty ? candidates[index].configDigest.short : name
            return platforms[index].map { "\(label) (\($0))" } ?? label
        }
        let isInTwoLists = Set(candidates.map(\.image.isInSavedList)).count > 1
        var choices = plain
        for (index, candidate) in candidates.enumerated() {
            // What looks alike is told apart by its id, which chooses it, too.
            if plain.count(where: { $0 == plain[index] }) > 1 {
                choices[index] += " \(candidate.configDigest.short)"
            }
            if isInTwoLists {
                choices[index] += candidate.image.isInSavedList ? " in manifest.json" : " in index.json"
            }
        }
        let areNamesAlike = Set(names.map { $0.sorted() }).count == 1
        let arePlatformsTold = !platforms.contains(nil) && Set(platforms).count == candidates.count
        return .ambiguous(
            source: source, by: areNamesAlike && arePlatformsTold ? .platform : .name,
            choices: candidates.indices.map { index in
                ImageOption(
                    name: names[index].first, platform: platforms[index],
                    imageID: candidates[index].configDigest, label: choices[index])
            })
    }
}

extension ListedImage {
    /// The digest of its manifest; nil if it has none.
    fileprivate var manifestDigest: Digest? {
        if case .index(let descriptor) = place { descriptor.digest } else { nil }
    }

    /// Whether it is in docker's own list rather than in an index.
    fileprivate var isInSavedList: Bool {
        if case .savedList = place { true } else { false }
    }
}

/// Names of images as docker, containerd and podman write them.
public enum ImageName {
    /// The name in full: what docker shows as `app:1` may be stored as `docker.io/library/app:1`, or by podman as
    /// `localhost/app:1`.
    public static func full(_ name: String) -> String {
        var rest = name[...]
        for prefix in ["index.docker.io/", "docker.io/", "localhost/"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
            break
        }
        if rest.hasPrefix("library/") { rest = rest.dropFirst(8) }
        let last = rest.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return last.contains(":") || last.contains("@") ? String(rest) : rest + ":latest"
    }

    /// What stands behind the last `:` of a name, as far as that is no port of a registry; nil if it has no tag.
    public static func tag(_ name: String) -> String? {
        let last = (name.split(separator: "/", omittingEmptySubsequences: false).last ?? "").prefix {
            $0 != "@"
        }
        return last.lastIndex(of: ":").map { String(last[last.index(after: $0)...]) }
    }

    /// The name without its tag: what the versions of an image have in common.
    public static func repository(_ name: String) -> String {
        let full = full(name)
        let start = full.lastIndex(of: "/") ?? full.startIndex
        return full[start...].lastIndex(where: { $0 == ":" }).map { String(full[..<$0]) } ?? full
    }
}
