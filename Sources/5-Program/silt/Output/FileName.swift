import Bytes

/// File names from the command line as they are shown.
enum FileName {
    /// The name, escaped: a command line may hold any bytes, and what is shown goes to a terminal.
    static func text(_ path: String) -> String { EscapedText.of(path.utf8) }
}
