import Delta
import DeltaPackages
import TestSupport
import Testing

struct BesideEachOtherTests {
    /// What an optimizer or a race leaves unset shows in the optimized program, at full load, once in a while.
    @Test func `packages that are made beside each other are the same`() async throws {
        let roundtrip = try Roundtrip()
        func image(isNew: Bool) throws -> ImageBuilder {
            ImageBuilder([
                .init(
                    "COPY . /",
                    try (0..<24).map { number in
                        let seed = UInt64(number)
                        let text = Content.text(seed, 3000)
                        let content = isNew ? Content.mutated(text, seed: seed + 100, edits: 2) : text
                        let isZip = number.isMultiple(of: 2)
                        let file =
                            isZip
                            ? ZipBuilder.file([.init("a", content), .init("b", Content.text(seed + 50, 500))])
                            : try Packing.gzip(6).pack(content)
                        return .file("f\(number).\(isZip ? "zip" : "gz")", file)
                    })
            ])
        }
        let old = try await roundtrip.open(try image(isNew: false), as: "old")
        let new = try await roundtrip.open(try image(isNew: true), as: "new")
        let options = DeltaOptions(level: .default, jobs: 4, checks: false)
        let packages = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in 0..<32 {
                group.addTask {
                    let name = "\(number).silt"
                    _ = try await roundtrip.create(old, new, options: options, as: name)
                    return try roundtrip.scratch.read(name)
                }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(packages.count == 1)
        let expected = try image(isNew: true).archive(.dockerLegacy)
        #expect(try roundtrip.apply(roundtrip.scratch.path("0.silt"), to: old) == expected)
    }
}
