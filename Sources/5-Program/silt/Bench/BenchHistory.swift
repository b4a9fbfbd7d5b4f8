import Bytes
import FileIO
import FoundationEssentials
import FileTree
import Shipping

/// The present time as reports tell it.
enum CurrentTime {
    /// In UTC, to the second.
    static var text: String {
        EntryText.time(Timestamp(seconds: Int64(Date().timeIntervalSince1970)), seconds: true)
    }
}

/// Why a file holds no history.
struct UnreadableHistory: Error, CustomStringConvertible {
    let path: String
    let line: Int

    var description: String {
        "'\(FileName.text(path))' line \(line) is nothing that bench --history has written"
    }
}

/// Results over time: lines of JSON.
enum BenchHistory {
    private static let byteCountLimit: UInt64 = 64 << 20

    /// Refuses to add to a file that is read as an image, or holds no history.
    ///
    /// - Throws: `FileError.isInput`, `UnreadableHistory`.
    static func check(_ path: String, isNoneOf inputs: [String]) throws {
        try OutputFile.check(path, isNoneOf: inputs)
        if FileKind.at(path) != .missing { _ = try read(path) }
    }

    /// Adds a result at the end of a file, which is made if it is not there.
    static func append(_ report: BenchReport, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = EscapedText.safeJSON(String(decoding: try encoder.encode(report), as: UTF8.self))
        let before = FileKind.at(path) == .missing ? [] : try bytes(path)
        let file = try OutputFile(path: path, replacesExisting: true)
        try file.write(before + Array((line + "\n").utf8))
        try file.sync()
        try file.commit()
    }

    /// All results of a file, the oldest first.
    ///
    /// - Throws: `UnreadableHistory`, `FileError`.
    static func read(_ path: String) throws -> [BenchReport] {
        try bytes(path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .compactMap {
                number, line in
                if line.isEmpty { return nil }
                do {
                    return try JSONDecoder().decode(BenchReport.self, from: Data(line))
                } catch {
                    throw UnreadableHistory(path: path, line: number + 1)
                }
            }
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        let file = try RandomAccessFile(path: path)
        return try file.read(at: 0, count: Int(min(file.byteCount, byteCountLimit)))
    }
}

/// How sizes and times went.
struct HistoryReport {
    let records: [BenchReport]

    init(_ records: [BenchReport]) { self.records = records }

    private static let level = "silt default"
    private static let barWidth = 24

    private static let titles = ["time", "new", "bytes", "make", "apply"]

    private func row(_ record: BenchReport) -> BenchReport.Row? {
        record.rows.first { $0.name == Self.level }
    }

    private func cells(_ record: BenchReport) -> [String] {
        let row = row(record)
        return [
            EscapedText.line(record.time), EscapedText.line(record.new),
            row?.bytes.map(ByteCount.grouped) ?? "",
            row?.makingSeconds.map(NumberText.duration) ?? "",
            row?.applyingSeconds.map(NumberText.duration) ?? "",
        ]
    }

    /// For a terminal: a line for each result, with a bar for its size.
    var text: String {
        let most = records.compactMap { row($0)?.bytes }.max() ?? 0
        let nameWidth = min(40, (records.map { $0.new.count }.max() ?? 0) + 2)
        let widths = [21, max(nameWidth, 5), 14, 12, 12]
        func line(_ cells: [String], _ bar: String) -> String {
            let line = zip(cells, widths).map { $0.0.padded($0.1) }.joined() + bar
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        let lines = records.map { record in
            let share = most > 0 ? Double(row(record)?.bytes ?? 0) / Double(most) : 0
            return line(
                cells(record),
                String(repeating: "#", count: Int((share * Double(Self.barWidth)).rounded(.up))))
        }
        return ([line(Self.titles, "")] + lines).joined(separator: "\n")
    }

    /// For a document.
    var markdown: String {
        let lines = records.map { record in
            let cells = cells(record)
            return "| " + ([cells[0], MarkdownText.code(cells[1])] + cells[2...]).joined(separator: " | ")
                + " |"
        }
        return (["| " + Self.titles.joined(separator: " | ") + " |", "|---|---|---|---|---|"] + lines).joined(
            separator: "\n")
    }

    /// Sizes as bars, the oldest on top.
    var chart: String {
        BarChart(
            title: "Deltas at the default level, the oldest first",
            bars: records.map { record in
                let row = row(record)
                return BarChart.Bar(
                    label: EscapedText.line(record.new), value: Double(row?.bytes ?? 0),
                    text:
                        "\(ByteCount.text(row?.bytes ?? 0)), \(NumberText.duration(row?.makingSeconds ?? 0)) to make",
                    isOurs: true)
            }
        ).svg
    }
}
