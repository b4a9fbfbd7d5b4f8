import Bytes
import Delta
import FileIO
import Images
import DeltaPackages
import TestSupport

/// Makes and applies packages in a scratch folder.
struct Roundtrip {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    func load(_ path: String) async throws -> OpenedImage {
        try await ImageLoader.load(ImageRequest(path: path))
    }

    /// Saves an image and loads it.
    func open(
        _ image: ImageBuilder, _ layout: Layout = .dockerLegacy, _ packing: Packing = .plain, as name: String
    ) async throws -> OpenedImage {
        try await load(try image.save(layout, packing, to: name, in: scratch))
    }

    /// Makes a package; returns its path.
    func create(
        _ old: OpenedImage, _ new: OpenedImage, options: DeltaOptions = DeltaOptions(level: .fast, jobs: 2),
        as name: String = "d.silt"
    ) async throws -> String {
        _ = try await DeltaCreator(old: old, new: new).create(
            at: scratch.path(name), replacesExisting: true, options: options)
        return scratch.path(name)
    }

    /// Applies a package; returns the archive's bytes.
    func apply(_ package: String, to old: OpenedImage, _ format: OutputFormat = .same) throws -> [UInt8] {
        try apply(package, to: ImageSet(old), format)
    }

    /// Applies a package to what an archive holds, and makes all images of it or one.
    func apply(
        _ package: String, to old: ImageSet, _ format: OutputFormat = .same, making name: String? = nil
    ) throws -> [UInt8] {
        var made: [UInt8] = []
        try DeltaApplier(package: try DeltaPackage.open(package), old: old, making: name).apply(
            format, into: { made += $0 })
        return made
    }
}
