import Bytes

/// The command that the receiver runs.
enum ApplyCommand {
    static func text(old: String, package: String, output: String) -> String {
        "silt apply \(ShellWord.quoted(old)) \(ShellWord.quoted(package)) -o \(output)"
    }
}
