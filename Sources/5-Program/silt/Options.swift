import ArgumentParser
import Bytes
import DeltaPackages
import FileIO
import Images
import OCI
import Work

/// Options of every command that reads a pair of images.
struct PairOptions: ParsableArguments, Sendable {
    @Argument(help: "The old image: an archive, a layout folder, or - for standard input.")
    var old: String

    @Argument(help: "The new image.")
    var new: String

    @Option(help: ArgumentHelp("The image to choose in both archives.", valueName: "name"))
    var image: String?

    @Option(help: ArgumentHelp("The image to choose in the old archive.", valueName: "name"))
    var oldImage: String?

    @Option(help: ArgumentHelp("The image to choose in the new archive.", valueName: "name"))
    var newImage: String?

    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        guard old != "-" || new != "-" else {
            throw ValidationError("only one image can come from standard input")
        }
    }

    var oldRequest: ImageRequest { reading.request(old, image: oldImage ?? image) }
    var newRequest: ImageRequest { reading.request(new, image: newImage ?? image) }

    /// Reads both sides whole unless one of their images is chosen, with progress.
    func loadSets(_ progress: ProgressLine) async throws -> (old: ImageSet, new: ImageSet) {
        let old = try await reading.loadSet(oldRequest, "reading \(FileName.text(self.old))", progress)
        let new = try await reading.loadSet(newRequest, "reading \(FileName.text(self.new))", progress)
        return (old, new)
    }

    /// Reads both images, with progress.
    ///
    /// Files are read at the same time: most of an image is one layer, which one thread reads. How far the old one has come
    /// is shown; the new one is about as large.
    ///
    /// - Parameters:
    ///   - progress: Where to show it.
    ///   - look: Told what is known of both before their layers are read.
    /// - Returns: Both images, read whole.
    /// - Throws: As `ImageLoader.load` does, and what `look` throws.
    func load(
        _ progress: ProgressLine, look: (ImageOutline, ImageOutline) async throws -> Void = { _, _ in }
    ) async throws -> (old: OpenedImage, new: OpenedImage) {
        defer { progress.clear() }
        let (first, second) = try await find(progress)
        try await look(first.outline, second.outline)
        async let other = second.read()
        let old = try await first.read(progress.reporter(labels[0]))
        progress.show(labels[1])
        let new = try await other
        return (old.completed(by: new), new.completed(by: old))
    }

    private var labels: [String] { [old, new].map { "reading \(FileName.text($0))" } }

    /// Finds both images. A pipe waits its turn, since nothing stops reading it when the other image turns out to be none.
    private func find(_ progress: ProgressLine) async throws -> (old: FoundImage, new: FoundImage) {
        guard [old, new].allSatisfy({ $0 != "-" && [.file, .directory].contains(FileKind.at($0)) }) else {
            let old = try await ImageLoader.find(oldRequest, progress.reporter(labels[0]))
            return (old, try await ImageLoader.find(newRequest, progress.reporter(labels[1])))
        }
        async let other = ImageLoader.find(newRequest)
        let old = try await ImageLoader.find(oldRequest, progress.reporter(labels[0]))
        return (old, try await other)
    }
}

/// Options of commands that read one image.
struct SingleOptions: ParsableArguments, Sendable {
    @Argument(help: "The image: an archive, a layout folder, or - for standard input.")
    var image: String

    @Option(
        name: .customLong("image"),
        help: ArgumentHelp("The image to choose in the archive.", valueName: "name"))
    var name: String?

    @OptionGroup var reading: ReadingOptions

    func load() async throws -> OpenedImage {
        try await reading.load(
            reading.request(image, image: name), "reading \(FileName.text(image))", ProgressLine())
    }
}

/// Options of every command that reads an image.
struct ReadingOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("The platform to choose, as os/arch[/variant].", valueName: "platform"),
        transform: Platform.argument)
    var platform: Platform?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many layers or files to work on at a time.", valueName: "count"))
    var jobs: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How much an archive, or its layers together, may unpack to (default: 256 MiB and 256 times the size).",
            valueName: "bytes"),
        transform: ByteCount.argument)
    var maxUnpackedSize: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How much memory an image's file names and headers may take (default: 128 MiB and 4 times the layers' size).",
            valueName: "bytes"),
        transform: ByteCount.argument)
    var maxHeadersSize: UInt64?

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
    }

    /// As many jobs as there are processors, unless told otherwise.
    var width: Int { jobs ?? Machine.processorCount }

    func request(
        _ path: String, image: String?, trustsLayers: Bool = false, contents: [ImageContent] = []
    ) -> ImageRequest {
        ImageRequest(
            path: path, imageName: image, platform: platform, jobs: width,
            unpackedByteCountLimit: maxUnpackedSize, headerByteCountLimit: maxHeadersSize,
            hashesFiles: !trustsLayers, trustsLayers: trustsLayers,
            contents: contents)
    }

    /// The options that choose an image of several.
    func choices(image: String?) -> [String] {
        (image == nil ? [] : ["--image"]) + (platform == nil ? [] : ["--platform"])
    }

    /// Reads all images of an archive, or those that the request wants, with progress.
    func loadSet(_ request: ImageRequest, _ label: String, _ progress: ProgressLine) async throws -> ImageSet
    {
        defer { progress.clear() }
        return try await ImageLoader.loadSet(request, progress.reporter(label))
    }

    func load(_ request: ImageRequest, _ label: String, _ progress: ProgressLine) async throws -> OpenedImage
    {
        defer { progress.clear() }
        let reporter = progress.reporter(label)
        return try await ImageLoader.load(request) { event in
            if case .progress(let news) = event { reporter.report(news) }
        }
    }
}

/// Options of every command that makes images of a package.
struct MakingOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            """
            The new image to choose, by a name or the start of its id, where the package makes several: the archive \
            that holds it is made; apply --output-format oci or docker makes one of it alone.
            """,
            valueName: "name"))
    var newImage: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How large the new image may be, in bytes (default: 1 GiB and 256 times the package and the old image).",
            valueName: "bytes"),
        transform: ByteCount.argument)
    var maxSize: UInt64?

    /// Opens a package, with progress.
    func open(_ path: String, _ progress: ProgressLine) throws -> PackageFile {
        defer { progress.clear() }
        return try PackageFile.open(path, progress.reporter("checking \(FileName.text(path))"))
    }

    /// What applies a package to old images.
    ///
    /// - Parameters:
    ///   - file: The package.
    ///   - old: What was read.
    ///   - choices: The options that left out some of what is there.
    /// - Returns: The delta that fits, ready to be applied.
    /// - Throws: `PackageError` if none fits.
    func applier(_ file: PackageFile, old: ImageSet, chosenBy choices: [String]) throws -> DeltaApplier {
        do {
            let delta = try file.delta(from: old, making: newImage)
            return try DeltaApplier(package: delta, old: old, making: newImage)
        } catch PackageError.wrongOldImage(let path, let image, _)
            where !choices.isEmpty
            && file.deltas.contains(where: { $0.document.old.images.count > old.images.count })
        {
            throw PackageError.onlySomeOldImages(path: path, image: image, options: choices)
        }
    }
}

extension ByteCount {
    /// Reads a size that an option takes.
    fileprivate static func argument(_ text: String) throws -> UInt64 {
        guard let count = parsed(text) else {
            throw ValidationError(
                "'\(text)' is no size: it takes a number of bytes, or one with kB, MB, GB, KiB, MiB or GiB")
        }
        return count
    }
}
