import ArgumentParser
import FileIO
import Bytes
import Contents
import Delta
import DeltaPackages
import FileTree
import Images
import OCI
import Summary
import Work

/// `silt create`
struct Create: CancellableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a delta package that turns the old image into the new one.",
        discussion: """
            The package is applied once before it gets its name, and its result compared by digest.

            An archive of several images or platforms is taken whole: one package makes all of the new archive, and \
            what any old image holds is made use of. With --image, --new-image or --platform the package makes the \
            chosen image alone, in an archive of its own.

            Where no model knows the encoder of a new layer, what the old image's compressed layer says of that encoder \
            makes the package smaller, and a layer that did not change is not shipped. Receivers then need these layers as \
            they are compressed here, which create tells. With --old-form content their content does, in any form: a layer \
            that did not change is then described, or carried if that takes more than half of it.

            With --pick, --skip, --layer, --config or --picks the package makes an image of its own: the old image's \
            layers, and one of the picked changes with all that they need (directories, other names of a file, both \
            places of what moved). It has an id and a name of its own, never the new image's. If everything is picked, \
            it is the new image, bit for bit; if --layer alone names all that changed from the lowest layer up, those \
            layers are the new image's own, unless something would come out that neither image has.
            """)

    @OptionGroup var pair: PairOptions
    @OptionGroup var picking: PickOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The package to write.", valueName: "file"))
    var output: String

    @Option(help: "How much time to spend on a small package: fast, default or best.")
    var level: DeltaLevel = .default

    @Option(
        help: ArgumentHelp(
            """
            What receivers are known to hold of the old image: blobs (its layers as they are compressed here) or content (in \
            any form).
            """, valueName: "form"))
    var oldForm: OldForm?

    @Flag(help: "Replace the package if it exists.")
    var force = false

    @Flag(inversion: .prefixedNo, help: "Apply the package once to prove it.")
    var check = true

    func validate() throws {
        try Self.check(name: output, of: "--output")
        guard output != "-" else {
            throw ValidationError("a package is written to a file, not to standard output")
        }
    }

    func run() async throws {
        try OutputFile.check(output, isNoneOf: [pair.old, pair.new, picking.picks].compactMap(\.self))
        let progress = ProgressLine()
        if let list = try picking.list() { return try await create(list, progress) }
        let (old, new) = try await pair.loadSets(progress)
        let creator = DeltaCreator(
            old: old, new: new, oldForm: oldForm, jobs: pair.reading.width)
        let package = try await creator.create(
            at: output, replacesExisting: force,
            options: DeltaOptions(level: level, jobs: pair.reading.width, checks: check), progress.reporter())
        progress.clear()
        let archive = package.document.new.archive.byteCount
        let share = ByteCount.percent(package.byteCount, of: archive)
        var line = "\(FileName.text(output)): \(ByteCount.grouped(package.byteCount)) bytes, \(share) of "
        if new.isOneOfSeveral {
            let image = ImageNames.text(package.document.new.images)
            line +=
                "\(image) alone (\(ByteCount.text(archive))), not of the other images in \(FileName.text(pair.new))"
        } else {
            line += "the new archive (\(ByteCount.text(archive)))"
            if new.images.count > 1 { line += ", \(new.images.count) images" }
        }
        try StandardStreams.line(line)
        tellMore(package)
    }

    /// More bytes than this beside the images are worth a word; indexes and names of images are a few thousand.
    private static let otherByteCount = 1 << 16

    /// Of more layers than this the number is told.
    private static let numberLimit = 8

    /// Tells what travels whole, and why: that is what makes a package large; and what receivers need.
    private func tellMore(_ package: CreatedPackage) {
        for index in package.plan.carriedLayers {
            let byteCount = package.document.new.layers[index].blobByteCount
            guard !BlobMaking.isTiny(blobByteCount: byteCount) else { continue }
            StandardStreams.writeError(
                "silt: layer \(index + 1) is \(package.plan.layers[index].making), "
                    + "\(ByteCount.grouped(byteCount)) bytes\n")
        }
        // Who says that receivers hold the blobs need not be told.
        if oldForm == nil, !package.layersOfOldBlobs.isEmpty {
            let numbers = package.layersOfOldBlobs.prefix(Self.numberLimit).map { "\($0 + 1)" }
            let more = package.layersOfOldBlobs.count - numbers.count
            StandardStreams.writeError(
                "silt: receivers need the old image's layers as they are compressed here, for "
                    + (package.layersOfOldBlobs.count == 1 ? "layer " : "layers ")
                    + numbers.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
                    + "; with --old-form content any form will do, and the package is larger\n")
        }
        if package.otherByteCount > Self.otherByteCount {
            StandardStreams.writeError(
                "silt: the new archive holds \(ByteCount.grouped(package.otherByteCount)) bytes that belong to no "
                    + "image; they travel whole\n")
        }
    }

    /// Makes a package of picked changes.
    private func create(_ list: PickList, _ progress: ProgressLine) async throws {
        let (old, new) = try await pair.load(progress)
        let picked = try await PickedImage.make(list, old: old, new: new)
        for rule in picked.unmatchedRules {
            StandardStreams.writeError("silt: warning: \(PartialText.text(unmatched: rule))\n")
        }
        for overruled in picked.overruled {
            StandardStreams.writeError(
                "silt: warning: \(PartialText.text(overruled, in: picked.listedTree))\n")
        }
        let creator = DeltaCreator(
            old: old, picked: picked, oldForm: oldForm, jobs: pair.reading.width)
        if let partial = picked.partial {
            // The id follows from the images and the picks: it is known before anything is written.
            let summary = picked.image.index.summary
            let packages = try await WorkPool.shared.run { try PairedPackages(old: old, new: new) }
            for warning in try await picked.warnings(packages: packages) {
                StandardStreams.writeError("silt: warning: \(PartialText.text(warning, in: picked.tree))\n")
            }
            try StandardStreams.line(
                "makes \(EscapedText.of(summary.displayName.utf8, limit: 200)), image \(summary.imageID.short): \(PartialText.text(partial))"
            )
        }
        let package = try await creator.create(
            at: output, replacesExisting: force,
            options: DeltaOptions(level: level, jobs: pair.reading.width, checks: check), progress.reporter())
        progress.clear()
        let archive = package.document.new.archive.byteCount
        try StandardStreams.line(
            "\(FileName.text(output)): \(ByteCount.grouped(package.byteCount)) bytes, "
                + "\(ByteCount.percent(package.byteCount, of: archive)) of the archive it makes (\(ByteCount.text(archive)))"
                + (picked.partial == nil ? ", which is the new image: everything is picked" : ""))
        tellMore(package)
    }
}
