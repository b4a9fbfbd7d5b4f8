import Bytes
import OCI

/// The image that was chosen.
struct ChosenImage {
    let names: [String]
    let platform: Platform?
    let parts: ImageParts
    let config: ReadConfig
}

/// Chooses one of the images of a store.
struct ImageChoice {
    let request: ImageRequest
    var catalog: ImageCatalog
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
    }

    /// So many choices are looked at; more cannot be shown, either.
    private static let choiceLimit = 32

    /// Chooses what was asked for, or the only image there is.
    ///
    /// - Throws: `ImageError.ambiguous` or `.noMatch` with the choices; `.missing` if what was asked for is not all there.
    mutating func choose() throws -> ChosenImage {
        var listed = catalog.images
        if let wanted = request.imageName {
            listed = try named(wanted, listed)
            guard !listed.isEmpty else {
                throw ImageError.noMatch(
                    source: source, wanted: "image '\(EscapedText.of(wanted.utf8, limit: 300))'",
                    choices: labels(catalog.images))
            }
        }
        if let wanted = request.platform {
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
        }
        var candidates = try candidates(listed)
        if request.platform?.osFeatures.isEmpty ?? true { candidates = withoutFeatures(candidates) }
        if !request.contents.isEmpty {
            candidates = try holding(request.contents, candidates)
        }
        guard let first = candidates.first else {
            throw ImageError.notAnImage(source: source, reason: "it lists no image")
        }
        guard candidates.count == 1, let parts = try catalog.parts(of: first.image) else {
            throw ambiguous(candidates)
        }
        let config = try catalog.config(of: parts)
        return ChosenImage(
            names: names(of: first), platform: first.image.platform ?? config.platform, parts: parts,
            config: config)
    }

    // MARK: - What there is

    /// The images that are all there, each once; the first that is not, if there is none.
    private mutating func candidates(_ listed: [ListedImage]) throws -> [Candidate] {
        var candidates: [Candidate] = []
        var numbers: [Digest: Int] = [:]
        var problem: ImageError?
        for image in listed {
            try Task.checkCancellation()
            do {
                guard let parts = try catalog.parts(of: image) else { continue }
                // Compressed in two ways, or under two names, or in two lists: one image, of which the first is taken.
                if let number = numbers[parts.configDigest] {
                    candidates[number].others.append(image)
                    continue
                }
                numbers[parts.configDigest] = candidates.count
                candidates.append(Candidate(image: image, configDigest: parts.configDigest))
            } catch let error as ImageError where error.isOfOneImage {
                problem = problem ?? error.of(image: label(image))
            }
            if candidates.count > Self.choiceLimit, request.contents.isEmpty { break }
        }
        if candidates.isEmpty, let problem { throw problem }
        return candidates
    }

    /// The platform that an image's configuration states; nil if it cannot be told.
    private mutating func statedPlatform(_ image: ListedImage) -> Platform? {
        try? config(of: image)?.platform
    }

    private mutating func config(of image: ListedImage) throws -> ReadConfig? {
        try catalog.parts(of: image).map { try catalog.config(of: $0) }
    }

    /// An image that asks for a feature of the system is for those who ask for it, if there is one without.
    private func withoutFeatures(_ candidates: [Candidate]) -> [Candidate] {
        candidates.filter { candidate in
            guard let platform = candidate.image.platform, !platform.osFeatures.isEmpty else { return true }
            return !candidates.contains { other in
                var plain = platform
                plain.osFeatures = []
                return other.image.platform == plain
            }
        }
    }

    /// The images that hold certain layers: of all those, the one with the right id, else the first.
    private mutating func holding(_ wanted: [ImageContent], _ candidates: [Candidate]) throws -> [Candidate] {
        let ids = Set(wanted.map(\.imageID))
        if let same = candidates.first(where: { ids.contains($0.configDigest) }) { return [same] }
        guard candidates.count > 1 else { return candidates }
        let needs = wanted.map { Set($0.diffIDs.map(\.description)) }
        for candidate in candidates {
            let diffIDs = try config(of: candidate.image)?.document.rootfs.diff_ids ?? []
            if needs.contains(where: { $0.isSubset(of: diffIDs) }) { return [candidate] }
        }
        throw ImageError.noMatch(
            source: source, wanted: "image with the layers that are needed",
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
        if let parts = try? catalog.parts(of: image) { ids.append(parts.configDigest) }
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
            source: source, option: areNamesAlike && arePlatformsTold ? "--platform" : "--image",
            choices: choices)
    }
}

extension ListedImage {
    /// Whether it is in docker's own list rather than in an index.
    fileprivate var isInSavedList: Bool {
        if case .savedList = place { true } else { false }
    }
}

/// Names of images as docker, containerd and podman write them.
enum ImageName {
    /// The name in full: what docker shows as `app:1` may be stored as `docker.io/library/app:1`, or by podman as
    /// `localhost/app:1`.
    static func full(_ name: String) -> String {
        var rest = name[...]
        for prefix in ["index.docker.io/", "docker.io/", "localhost/"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
            break
        }
        if rest.hasPrefix("library/") { rest = rest.dropFirst(8) }
        let last = rest.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return last.contains(":") || last.contains("@") ? String(rest) : rest + ":latest"
    }
}
