import FileTree
import TestSupport
import Testing

@testable import DeltaPackages

struct SimilarFilesTests {
    private func loose(_ path: String) -> [String] {
        TreePath(path).map(SimilarFiles.looseNames)?.map { String(decoding: $0, as: UTF8.self) } ?? ["none"]
    }

    @Test func `numbers and hashes are made alike`() {
        #expect(loose("lib/libfoo-1.2.so") == ["lib/libfoo-#.so", "/libfoo-#.so"])
        #expect(loose("lib/libfoo-1.2.3.so") == ["lib/libfoo-#.so", "/libfoo-#.so"])
        #expect(loose("a/0123abcdef.js").last == "/#.js")
        #expect(loose("a/main.deadbeef0.js").last == "/main.#.js")
        // Words of the letters a to f alone are no hashes; too short runs are numbers at most.
        #expect(loose("a/deadbeef").last == "/deadbeef")
        #expect(loose("a/abc12de").last == "/abc#de")
        #expect(loose("a/abcdefab.abcdefa1").last == "/abcdefab.#")
    }

    /// A name of letters that hashes may have took time that grew with the square of its length.
    @Test func `names longer than paths can be are not looked at`() {
        #expect(loose(String(repeating: "a", count: 4_096)).count == 2)
        #expect(loose(String(repeating: "a", count: 4_097)).isEmpty)
    }

    @Test func `only so much of an old content is searched as can pay`() {
        #expect(LayerMatcher.usefulByteCount(of: 400 << 20, for: 11) == 16 << 10)
        #expect(LayerMatcher.usefulByteCount(of: 400 << 20, for: 1 << 20) == 16 << 20)
        #expect(LayerMatcher.usefulByteCount(of: 5_000, for: 11) == 5_000)
        #expect(LayerMatcher.usefulByteCount(of: 400 << 20, for: .max) == 400 << 20)
    }
}
