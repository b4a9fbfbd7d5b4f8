import Delta
import DeltaPackages
import FileIO
import Images
import TestSupport

/// Opens and applies mutated packages.
struct PackageTarget: Target {
    private let scratch: Scratch
    private let olds: [OpenedImage]
    private let packages: [[UInt8]]
    private let members: [[Member]]

    init(_ scratch: Scratch, corpus: [[UInt8]]) async throws {
        self.scratch = scratch
        let golden = try Golden()
        var packages = golden.packages
        var olds = [try await ImageLoader.load(ImageRequest(path: golden.oldPath))]
        // Blobs compressed anew.
        let images = [SampleImages.old, SampleImages.new].map(\.layers)
        let pair = try [false, true].map { isNew in
            ImageBuilder(images[isNew ? 1 : 0] + [.init("COPY", tar: try SampleLayers.tar(isNew: isNew))])
        }
        let old = try await ImageLoader.load(
            ImageRequest(path: pair[0].save(.docker25, .gzip(6), to: "old", in: scratch)))
        for (layout, packing) in [(Layout.docker25, Packing.gzip(6)), (.dockerLegacy, .plain)] {
            let new = try await ImageLoader.load(
                ImageRequest(path: pair[1].save(layout, packing, to: "\(layout)", in: scratch)))
            _ = try await DeltaCreator(old: old, new: new).create(
                at: scratch.path("p.silt"), replacesExisting: true, options: DeltaOptions(level: .fast))
            packages.append(try scratch.read("p.silt"))
        }
        olds.append(old)
        self.olds = olds
        self.packages = packages + corpus
        members = self.packages.compactMap { try? LayerParts(try Golden.decompressed($0)).members }
    }

    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        var members = random.pick(members)
        switch random.below(8) {
        case 0: return random.mutated(random.pick(packages), with: random.pick(packages))
        case 1: return random.mutated(tar: members.tar, with: random.pick(packages))
        default:
            let index = random.below(members.count)
            let content = members[index].content
            if random.below(4) > 0, let parts = try? RecipeParts(content) {
                members.replace(index, with: try parts.mutated(&random))
            } else {
                members.replace(index, with: random.mutated(content, with: random.pick(members).content))
            }
            return members.tar
        }
    }

    func run(_ input: [UInt8]) async throws {
        let package = try DeltaPackage.open(try scratch.write("d.silt", input))
        let format = input.count % 4 == 0 ? OutputFormat.docker : input.count % 4 == 1 ? .oci : .same
        let old = package.document.old.layers.count == olds[0].layers.count ? olds[0] : olds[1]
        var made = 0
        let applier = try DeltaApplier(package: package, old: old)
        try applier.apply(
            format,
            into: {
                made += $0.count
                guard format != .same || made <= applier.byteCount(of: .same) else {
                    throw Finding("it makes more than it says")
                }
                guard made <= EnoughMade.byteCount else { throw EnoughMade() }
            })
    }

    func isDocumented(_ error: any Error) -> Bool { error is PackageError }
}
