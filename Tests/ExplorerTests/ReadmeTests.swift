import FoundationEssentials
import Testing

@testable import Explorer

struct ReadmeTests {
    @Test func `the README lists the keys of the command table`() throws {
        let readme = try String(
            decoding: Data(contentsOf: URL(filePath: "\(#filePath)/../../../README.md").standardizedFileURL),
            as: UTF8.self)
        #expect(readme.contains(Command.markdown), "put this into README.md:\n\(Command.markdown)")
    }

    @Test func `the list of commands is that of the command table`() throws {
        let list = try String(
            decoding: Data(
                contentsOf: URL(filePath: "\(#filePath)/../../../docs/keys.md").standardizedFileURL),
            as: UTF8.self)
        #expect(
            list.contains(Command.namesAsMarkdown), "put this into docs/keys.md:\n\(Command.namesAsMarkdown)")
    }
}
