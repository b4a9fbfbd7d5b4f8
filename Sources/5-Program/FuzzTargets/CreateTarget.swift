import Bytes
import Compression
import Delta
import DeltaPackages
import FileIO
import Images
import Recompression
import TestSupport

/// Makes packages of mutated pairs of images, at every level, and applies them: the new archive must come out.
struct CreateTarget: Target {
    private let scratch: Scratch
    private let entries: [[TarEntry]]
    private let archives: [[UInt8]]

    init(_ scratch: Scratch) throws {
        self.scratch = scratch
        entries = try [false, true].map { try SampleLayers.entries(isNew: $0) }
        archives = try [SampleImages.old, SampleImages.new].map { try $0.archive(.docker25) }
    }

    /// Inputs are small: what takes longer grows faster than they do.
    var timeLimit: Double { 6 }

    /// Two archives behind the first one's size, and the level before it.
    func input(_ random: inout SplitMix64) throws -> [UInt8] {
        let pair = try images(&random)
        var archives = try pair.map { image in
            try image.archive(
                random.pick(Layout.files), random.pick(Packing.layers),
                outer: random.pick([Packing.plain, .plain, .plain] + Packing.archives))
        }
        if random.below(10) == 0 {
            let index = random.below(2)
            archives[index] = random.mutated(tar: archives[index], with: random.pick(self.archives))
        }
        return try Self.packed(archives[0], archives[1], level: random.below(DeltaLevel.allCases.count))
    }

    static func packed(_ old: [UInt8], _ new: [UInt8], level: Int) throws -> [UInt8] {
        var bytes = ByteWriter()
        bytes.varint(level)
        bytes.block(old)
        bytes.raw(new)
        return bytes.bytes
    }

    func run(_ input: [UInt8]) async throws {
        var reader = ByteReader(input)
        let level = DeltaLevel.allCases[Int(try reader.varint() % UInt64(DeltaLevel.allCases.count))]
        let old = try scratch.write("old.tar", Array(try reader.block()))
        let new = try scratch.write("new.tar", Array(try reader.raw(reader.remaining)))
        let images = try await [old, new].asyncMap {
            try await ImageLoader.load(ImageRequest(path: $0, jobs: 1, unpackedByteCountLimit: 64 << 20))
        }
        let creator = DeltaCreator(old: images[0], new: images[1])
        let options = DeltaOptions(level: level, jobs: 2, checks: false)
        _ = try await creator.guess(options)
        let path = scratch.path("made.silt")
        _ = try await creator.create(at: path, replacesExisting: true, options: options)
        let applier = try DeltaApplier(package: try DeltaPackage.open(path), old: images[0])
        var made: [UInt8] = []
        do {
            try applier.apply(OutputFormat.same, into: { made += $0 })
        } catch {
            throw Finding("the package cannot be applied: \(error)")
        }
        var expected: [UInt8] = []
        try images[1].archive().forEachPart { expected += $0 }
        guard made == expected else { throw Finding("another archive comes out") }
    }

    /// An archive may be none; but of two that can be read a package can be made.
    func isDocumented(_ error: any Error) -> Bool { error is ImageError || error is BytesError }

    // MARK: - Images

    private func images(_ random: inout SplitMix64) throws -> [ImageBuilder] {
        var layers: [[ImageBuilder.Layer]] = [[], []]
        for _ in 0...random.below(3) {
            let old = try layer(&random)
            let new = changed(old, &random)
            for (index, entries) in [old, new].enumerated() where random.below(12) > 0 {
                var layer = ImageBuilder.Layer("RUN \(random.below(3))", entries)
                if random.below(20) == 0 { layer.tar = random.mutated(tar: layer.tar, with: layer.tar) }
                layers[index].append(layer)
            }
        }
        return layers.map { ImageBuilder($0.isEmpty ? SampleImages.tiny.layers : $0) }
    }

    private func layer(_ random: inout SplitMix64) throws -> [TarEntry] {
        var entries: [TarEntry] = []
        for _ in 0...random.below(8) {
            switch random.below(4) {
            case 0: entries.append(.file(name(&random), try content(&random)))
            case 1: entries += many(&random)
            default: entries.append(random.pick(self.entries[random.below(2)]))
            }
        }
        return entries
    }

    /// A later state of a layer.
    private func changed(_ entries: [TarEntry], _ random: inout SplitMix64) -> [TarEntry] {
        var entries = entries.compactMap { entry -> TarEntry? in
            guard random.below(10) > 0 else { return nil }
            guard random.below(2) == 0 else { return entry }
            return entry.with { entry in
                switch random.below(8) {
                case 0: entry.path = Array(name(&random).utf8)
                case 1: entry.path += Array("-\(random.below(3)).\(random.below(30))".utf8)
                case 2: entry.modified += 5
                case 3: entry.content = Array(entry.content.prefix(random.below(40)))
                case 4: entry.content += entry.content + entry.content
                default:
                    entry.content = random.mutated(entry.content, with: random.pick(entries).content)
                }
            }
        }
        if random.below(6) == 0 { entries.sort { $0.path.lexicographicallyPrecedes($1.path) } }
        if random.below(6) == 0 { entries += entries.prefix(random.below(20)) }
        return entries
    }

    private func name(_ random: inout SplitMix64) -> String {
        let long = String(
            repeating: random.pick(["a", "abcdef", "x/", "1.", "\u{e9}"]), count: random.below(900))
        return random.pick([
            "usr/lib/lib\(random.below(9)).so.\(random.below(9))", "text", "x86", long + "f",
            "etc/\(random.next())", "..name", "a.zip",
        ])
    }

    /// Many small files: of one name, of one content, of names that differ in numbers.
    private func many(_ random: inout SplitMix64) -> [TarEntry] {
        let kind = random.below(4)
        let content = Content.random(random.next(), random.below(600))
        return (0..<random.below(400)).map { index in
            let name = kind == 0 ? "d/same" : "d/f-\(index)"
            var bytes = content
            if kind > 1 { bytes.append(UInt8(truncatingIfNeeded: index)) }
            if kind > 2, !bytes.isEmpty { bytes[0] = UInt8(truncatingIfNeeded: random.next()) }
            return index % 50 == 49 ? .hardLink("d/l-\(index)", to: name) : .file(name, bytes)
        }
    }

    /// Contents that are hard on what searches, sorts, unpacks or predicts.
    private func content(_ random: inout SplitMix64) throws -> [UInt8] {
        let count = random.below(random.below(4) == 0 ? 200_000 : 8_000)
        let sample = random.pick(entries[0]).content
        switch random.below(9) {
        case 0: return [UInt8](repeating: UInt8(random.below(3)), count: count)
        case 1:
            let period = random.bytes(1 + random.below(40))
            return (0..<count).map { period[$0 % period.count] }
        case 2: return (0..<count).map { _ in random.below(10) < 7 ? 0 : 1 }
        case 3: return try Packing.gzip(1 + random.below(9)).pack([UInt8](repeating: 7, count: 20 * count))
        case 4:
            let members = (0..<random.below(60)).map {
                ZipBuilder.Member(
                    "m\($0)", Content.text(UInt64(random.below(5)), random.below(900)),
                    level: random.below(10), hasDescriptor: random.below(2) == 0)
            }
            return ZipBuilder.file(members)
        case 5: return sections(sample, &random)
        case 6:
            return Array("!<arch>\n".utf8)
                + (0..<random.below(20)).flatMap { _ in random.mutated(sample, with: sample).prefix(4_000) }
        case 7: return Array((0..<12).flatMap { _ in sample }.prefix(200_000))
        default: return random.mutated(sample, with: random.pick(entries[1]).content)
        }
    }

    /// A program with many more section headers, which are copies of those that it has with a few changes.
    private func sections(_ program: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        guard program.count > 64, program.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return program }
        func number(_ place: Int, _ count: Int) -> Int {
            (0..<count).reversed().reduce(0) { $0 << 8 | Int(program[place + $1]) }
        }
        let (start, count) = (number(40, 4), number(60, 2))
        guard start > 0, count > 0, start + 64 * count <= program.count else { return program }
        let wanted = random.below(256)
        var bytes = program
        for (index, byte) in [bytes.count & 0xff, bytes.count >> 8 & 0xff, bytes.count >> 16 & 0xff]
            .enumerated()
        {
            bytes[40 + index] = UInt8(byte)
        }
        (bytes[60], bytes[61]) = (UInt8(wanted), 0)
        for _ in 0..<wanted {
            let place = start + 64 * random.below(count)
            var header = Array(program[place..<place + 64])
            if random.below(4) == 0 { header[random.below(48)] = UInt8(truncatingIfNeeded: random.next()) }
            bytes += header
        }
        return bytes
    }
}

extension Array {
    /// Transforms one element after the other.
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows
        -> [Result]
    {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
