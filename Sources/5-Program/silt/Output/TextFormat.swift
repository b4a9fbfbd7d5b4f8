import ArgumentParser

/// How a command prints what it found.
enum TextFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
