import ArgumentParser

/// How a command prints what it found.
enum TextFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// How a command prints what teams put into tickets, too.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown
}
