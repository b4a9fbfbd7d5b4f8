import Bytes
@testable import DeltaPackages
import FileTree
import Images
import OCI
import TestSupport
import Testing

/// Picks that pick nothing are told, however alike the images are.
struct PickedNothingTests {
    private let roundtrip: Roundtrip

    init() throws { roundtrip = try Roundtrip() }

    private func make(_ list: String, _ old: ImageBuilder, _ new: ImageBuilder) async throws -> PickedImage {
        try await PickedImage.make(
            PickList(parsing: Array(list.utf8)), old: roundtrip.open(old, .docker25, as: "old"),
            new: roundtrip.open(new, .docker25, as: "new"))
    }

    @Test func `where no file differs, nothing is not everything`() async throws {
        let files = [TarEntry.file("a", "x"), .file("b", "y")]
        let (old, new) = (ImageBuilder([.init("", files)]), ImageBuilder([.init("", files.reversed())]))
        for list in ["+ nothing/at/all", "+ **", "config *"] {
            await #expect(throws: PickError.self, "\(list)") { try await make(list, old, new) }
        }
        // A layer is something by itself.
        #expect(try await make("layer 1", old, new).partial == nil)
    }

    @Test func `a part of the configuration is taken as a whole, and the package says so`() async throws {
        func image(_ version: Int) -> ImageBuilder {
            var image = ImageBuilder([.init("", [.file("a")])])
            image.otherConfig = Array(
                String(decoding: image.config, as: UTF8.self).replacing(
                    #""Env":"#,
                    with: #""Healthcheck":{"Test":["\#(version)"],"Interval":\#(version)},"Env":"#
                ).utf8)
            return image
        }
        await #expect {
            try await make("config Healthcheck Interval", image(1), image(2))
        } throws: { "\($0)".contains("what can: Healthcheck") && !"\($0)".contains("Healthcheck Test") }
        let made = try await make("config Healthcheck", image(1), image(2))
        // All that differs.
        #expect(made.partial == nil)
    }
}
