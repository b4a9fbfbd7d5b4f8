import Explorer
import FileIO

/// The command line of a program of the user's that shows files.
struct OutsideCommand {
    /// What a shell is told; `$1` and `$2` are the files.
    let line: String
    /// The files.
    let arguments: [String]
    /// What the user calls it.
    let name: String
    /// Whether nobody knows if it waits for somebody to read what it prints.
    let mayNotWait: Bool

    /// - Parameters:
    ///   - files: What is to be shown.
    ///   - difftool: The settings' difftool, if there is one.
    ///   - environment: Where the user says which programs to use.
    init(_ files: OutsideFiles, difftool: String?, environment: [String: String]) {
        func chosen(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let pager = chosen("PAGER") ?? "less"
        let old = files.old ?? "/dev/null"
        let new = files.new ?? "/dev/null"
        switch files.tool {
        case .difftool:
            arguments = [old, new]
            mayNotWait = (difftool ?? chosen("DIFFTOOL")) != nil
            if let own = difftool ?? chosen("DIFFTOOL") {
                name = own
                // A command line that names its files says where they go.
                line = own.contains("$1") || own.contains("$2") ? own : own + " \"$1\" \"$2\""
            } else {
                name = "diff -u"
                line = "diff -u -- \"$1\" \"$2\" | \(pager)"
            }
        case .pager, .editor:
            arguments = [files.new ?? old]
            mayNotWait = false
            name = files.tool == .pager ? pager : chosen("VISUAL", "EDITOR") ?? "vi"
            line = name + " \"$1\""
        }
    }
}

extension OutsideFiles {
    /// Removes the files and their folder.
    func remove() { ScratchFolder.remove(folder) }
}
