import FileTree
import TestSupport
import Testing

@testable import DeltaPackages

struct SimilarFilesTests {
    private func loose(_ path: String) -> [String] {
        TreePath(path).map(SimilarFiles.looseNames)?.map { String(decoding: $0, as: UTF8.self) } ?? ["none"]
    }

    @Test func `numbers and hashes are made alike`() {
        #expect(
            loose("lib/libfoo-1.2.so") == [
                "lib/libfoo-1.2.so", "lib/libfoo-#.so", "/libfoo-1.2.so", "/libfoo-#.so",
            ])
        #expect(
            loose("lib-3/libfoo-1.2.3.so")[1...] == ["lib-#/libfoo-#.so", "/libfoo-1.2.3.so", "/libfoo-#.so"])
        #expect(loose("a/0123abcdef.js") == ["a/*.js", "/*.js"])
        #expect(loose("a/main.deadbeef0.js").last == "/main.*.js")
        // Words of the letters a to f alone are no hashes; too short runs are numbers at most.
        #expect(loose("a/deadbeef") == ["a/deadbeef", "/deadbeef"])
        #expect(loose("a/abc12de").last == "/abc#de")
        #expect(loose("a/abcdefab.abcdefa1").last == "/abcdefab.*")
    }

    /// The hash was taken for a part of a version where it begins with a digit.
    @Test func `a hash behind a number is a hash, whatever it begins with`() {
        for hash in ["37b482a7abe222bcefa6", "aaa2ee384630e343c3e1", "1438df201df83e9dc1d8"] {
            #expect(
                loose("static/5114.\(hash).js.map") == [
                    "static/5114.*.js.map", "static/#.*.js.map", "/5114.*.js.map", "/#.*.js.map",
                ])
        }
    }

    /// A name of letters that hashes may have took time that grew with the square of its length.
    @Test func `names longer than paths can be are not looked at`() {
        #expect(loose(String(repeating: "a", count: 4_096)).count == 2)
        #expect(loose(String(repeating: "1", count: 7) + String(repeating: "a1.", count: 1_363)).count == 4)
        #expect(loose(String(repeating: "a", count: 4_097)).isEmpty)
    }

    @Test func `only so much of an old content is searched as can pay`() {
        #expect(LayerMatcher.usefulByteCount(of: 400 << 20, for: 11) == 16 << 10)
        #expect(LayerMatcher.usefulByteCount(of: 400 << 20, for: 1 << 20) == 16 << 20)
        #expect(LayerMatcher.usefulByteCount(of: 5_000, for: 11) == 5_000)
        #expect(LayerMatcher.usefulByteCount(of: 400 << 20, for: .max) == 400 << 20)
    }
}
