import Bytes
import DeltaPackages
import FileTree

/// What was picked, in words.
enum PartialText {
    /// What picks lack, and the options that add it.
    static func text(_ warning: PickWarning, in tree: DiffTree?) -> String {
        guard let tree else { return "" }
        let paths = warning.remedy.map { tree.path(of: $0) }.sorted().compactMap {
            PathPattern(matching: $0)
        }
        let options = paths.prefix(3).map { pattern in
            "--pick \(ShellWord.quoted(EscapedText.of(pattern.text, limit: 200)))"
        }
        guard !options.isEmpty else { return warning.text(in: tree) }
        let rest = paths.count - options.count
        let more = rest > 0 ? " and \(rest) more paths" : ""
        return "\(warning.text(in: tree)); add \(options.joined(separator: " "))\(more)"
    }

    /// That no change matches a rule.
    static func text(unmatched rule: PickList.Rule) -> String {
        let markers = rule.changes.map(\.marker).sorted().joined()
        let pattern = EscapedText.line(String(decoding: rule.pattern.text, as: UTF8.self), limit: 200)
        return "no change\(markers.isEmpty ? "" : " (\(markers))") matches '\(pattern)'"
    }

    /// That a rule leaves out what others need, and why that is made.
    static func text(_ overruled: PickList.Overruled, in tree: DiffTree?) -> String {
        func path(_ node: Int) -> String {
            "/" + EscapedText.of(tree?.path(of: node).bytes ?? [], limit: 200)
        }
        let other = path(overruled.reason.needing)
        let reason =
            switch overruled.reason {
            case .directory: "it holds \(other)"
            case .hardLink: "it is the same file as \(other)"
            case .move: "it is the other place of \(other)"
            case .inside: "it goes with \(other)"
            }
        let pattern = EscapedText.line(
            String(decoding: overruled.rule.pattern.text, as: UTF8.self), limit: 200)
        let more = overruled.moreCount > 0 ? " (and \(overruled.moreCount) more)" : ""
        return
            "\(path(overruled.node)) is taken although '\(pattern)' leaves it out: \(reason), which is taken\(more)"
    }

    /// Of which image how much, and that it is not that image.
    static func text(_ partial: DeltaDocument.Partial) -> String {
        let names = EscapedText.of(partial.names.joined(separator: " ").utf8, limit: 200)
        let image = (names.isEmpty ? "" : names + " ") + partial.imageID.short
        let keys = partial.configKeys.map { EscapedText.of($0.utf8, limit: 100) }
        let configuration = keys.isEmpty ? "" : ", configuration \(keys.joined(separator: ", "))"
        let layers =
            partial.wholeLayers.map {
                $0 == 1 ? ", the lowest layer as it is" : ", the lowest \($0) layers as they are"
            }
            ?? ""
        return
            "partial, \(ByteCount.grouped(UInt64(max(0, partial.pickedCount)))) of \(ByteCount.grouped(UInt64(max(0, partial.changeCount)))) changes of \(image)\(layers)\(configuration); not that image itself"
    }
}
