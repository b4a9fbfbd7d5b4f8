import FileTree
import Testing

struct TreePathTests {
    @Test(arguments: [
        ("", ""), ("/", ""), (".", ""), ("./", ""), ("a", "a"), ("./a", "a"), ("/a", "a"), ("a/", "a"),
        ("././a//b/./c/", "a/b/c"), ("...", "..."), ("a/.b", "a/.b"), ("..a", "..a"), ("a/b..", "a/b.."),
        ("a/../b", "b"), ("a/..", ""), ("./a/b/../../c/", "c"), ("/..", ""), ("/../a", "a"),
        ("/a/../../b", "b"),
    ])
    func `names are normalized`(name: String, normal: String) throws {
        let path = try #require(TreePath(name))
        #expect(path.bytes == Array(normal.utf8))
        #expect((path == .root) == normal.isEmpty)
    }

    @Test(arguments: ["..", "../a", "./..", "a/../..", "a/../../b", "a/../../a/b", "a\0b", "a\0/../b"])
    func `names that lead out of the image are refused`(name: String) {
        #expect(TreePath(name) == nil)
    }

    @Test func `names are bytes, not text`() throws {
        let path = try #require(TreePath(tarName: [0xff, 0x2f, 0xfe]))
        #expect(path.components.map { Array($0) } == [[0xff], [0xfe]])
        #expect(Array(path.name) == [0xfe])
    }

    @Test func `parents and children undo each other`() throws {
        let path = try #require(TreePath("a/b/c"))
        let parent = try #require(path.parent)
        #expect(parent == TreePath("a/b"))
        #expect(parent.appending(path.name) == path)
        #expect(TreePath("a")?.parent == TreePath.root)
        #expect(TreePath.root.parent == nil)
        #expect(TreePath.root.appending(Array("a".utf8)) == TreePath("a"))
    }

    @Test func `paths are ordered by their bytes`() {
        let paths = ["b", "a/b", "a", "a-b"].compactMap { TreePath($0) }.sorted()
        #expect(paths == ["a", "a-b", "a/b", "b"].compactMap { TreePath($0) })
    }
}
