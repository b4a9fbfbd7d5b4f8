public import Canvas
import Foundation
public import Testing

/// Compares a frame with `Screens/NAME.txt` beside the test: its text, and below `----` one letter for each
/// cell's style.
///
/// `RECORD=1 make test` rewrites the files and fails the run, so that nobody mistakes a recording for a
/// test.
public func expectScreen(
    _ frame: Frame, _ name: String, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let path = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent(
        "Screens/\(name).txt")
    let actual = frame.text + "\n----\n" + styles(of: frame) + "\n"
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
        do {
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try actual.write(to: path, atomically: true, encoding: .utf8)
            Issue.record("recorded '\(name)'", sourceLocation: sourceLocation)
        } catch {
            Issue.record("cannot record '\(name)': \(error)", sourceLocation: sourceLocation)
        }
        return
    }
    guard let expected = try? String(contentsOf: path, encoding: .utf8) else {
        Issue.record("no screen '\(name)': record it with RECORD=1", sourceLocation: sourceLocation)
        return
    }
    guard expected != actual else { return }
    Issue.record("screen '\(name)' differs:\n\(difference(expected, actual))", sourceLocation: sourceLocation)
}

/// One letter for each cell: its role's, upper case on the cursor's line; blanks without a ground stay blank.
private func styles(of frame: Frame) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789").map(String.init)
    return (0..<frame.size.rows).map { row in
        var line = ""
        for column in 0..<frame.size.columns {
            guard let cell = frame[row, column] else { continue }
            let index = Role.allCases.firstIndex(of: cell.style.role) ?? 0
            switch cell.style.ground {
            case .cursor, .selection: line += letters[index].uppercased()
            case nil where cell.text == " ": line += " "
            case nil, .some: line += letters[index]
            }
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }.joined(separator: "\n")
}

/// The lines that differ, marked `-` for what the file says and `+` for what was drawn.
private func difference(_ expected: String, _ actual: String) -> String {
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    var lines: [String] = []
    for index in 0..<max(old.count, new.count) {
        let before = index < old.count ? String(old[index]) : nil
        let after = index < new.count ? String(new[index]) : nil
        guard before != after else { continue }
        if let before { lines.append("\(index + 1) - \(before)") }
        if let after { lines.append("\(index + 1) + \(after)") }
    }
    return lines.joined(separator: "\n")
}
