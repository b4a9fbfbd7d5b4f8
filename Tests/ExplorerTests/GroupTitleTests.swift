import Canvas
import Testing

@testable import Explorer

/// Packages and their versions where there is little room.
struct GroupTitleTests {
    private let glyphs = Glyphs.unicode

    private func fitted(_ name: String, _ versions: [String], beside: Bool = false, _ columns: Int) -> String
    {
        GroupTitle(name: name, versions: versions, isNamedBeside: beside).fitted(columns: columns, glyphs)
    }

    @Test func `two versions that differ at their ends stay different`() {
        let (old, new) = ("5.36.0-7+deb12u3", "5.36.0-7+deb12u4")
        for columns in 20...40 {
            #expect(
                fitted("perl-base", [old], columns) != fitted("perl-base", [new], columns), "\(columns)")
            #expect(fitted("perl-base", [new], columns).hasPrefix("perl-base 5"))
            #expect(fitted("perl-base", [new], columns).hasSuffix("u4"))
        }
        // Beside its name a version stands alone rather than cut.
        #expect(fitted("perl-base", [new], beside: true, 17) == new)
        #expect(fitted("perl-base", [new], beside: true, 30) == "perl-base " + new)
        #expect(fitted("perl-base", [old, new], 40).hasSuffix("12u4"))
        #expect(fitted("perl-base", [old, new], 60) == "perl-base \(old) → \(new)")
        #expect(fitted("x", ["1", new], 14).hasPrefix("x 1 → 5"))
    }

    @Test func `nothing is cut without a mark, and nothing that fits is cut`() {
        for (name, versions) in [
            ("perl-base", ["5.36.0-7+deb12u3"]), ("x", ["1", "2.0.0.0.0.0.0.0.1"]), ("no package", []),
            ("a-very-long-name-of-a-package", ["1", "2"]),
        ] as [(String, [String])] {
            let whole = fitted(name, versions, 1000)
            for columns in 1...80 {
                for beside in [false, true] {
                    let text = fitted(name, versions, beside: beside, columns)
                    #expect(TextWidth.of(text) <= columns)
                    let isWhole = text == whole || beside && text == versions.last
                    #expect(isWhole || text.contains(glyphs.ellipsis), "\(columns): \(text)")
                    if TextWidth.of(whole) <= columns { #expect(text == whole) }
                }
            }
        }
    }
}
