import Bytes
import FileTree

extension DiffReport.Ignored {
    /// What was asked to be left out; nil if nothing was.
    init?(_ options: IgnoreOptions) {
        guard !options.isEmpty else { return nil }
        self.init(
            parts: options.parts.map(\.rawValue), paths: options.paths.map { EscapedText.of($0.text) })
    }

    /// What is left out of trees; nil if nothing is.
    init?(_ rules: IgnoreRules) {
        guard !rules.isEmpty else { return nil }
        let parts = IgnoreOptions.Part.allCases.filter {
            !$0.fields.isEmpty && rules.fields.isSuperset(of: $0.fields)
        }
        self.init(parts: parts.map(\.rawValue), paths: rules.paths.map { EscapedText.of($0.text) })
    }

    /// All of it, with commas between.
    var words: String { (parts + paths).joined(separator: ", ") }

    /// The same for Markdown.
    var markdown: String { (parts + paths.map(MarkdownText.code)).joined(separator: ", ") }
}
