import Bytes
import DeltaPackages
import FileIO
import Processes
import Shipping

/// What tools took for a pair; docs/ROUTES.md documents the JSON's keys.
struct BenchReport: Codable {
    /// A tool.
    struct Row: Codable {
        let name: String
        let isOurs: Bool
        /// Of the delta; nil if the tool failed.
        let bytes: UInt64?
        let makingSeconds: Double?
        let makingMemory: UInt64?
        /// Whether it may have been less; nil if it was not.
        let makingMemoryIsLimit: Bool?
        let applyingSeconds: Double?
        let applyingMemory: UInt64?
        let applyingMemoryIsLimit: Bool?
        /// What became of applying it: `identical`, or what went wrong.
        let result: String
        let commands: [String]
        let applyCommands: [String]

        init(
            _ tool: BenchTool, bytes: UInt64?, making: ProcessUsage?, applying: ProcessUsage?, result: String,
            commands: [String], applyCommands: [String]
        ) {
            name = tool.name
            isOurs = tool.isOurs
            self.bytes = bytes
            makingSeconds = making?.seconds
            makingMemory = making?.memoryByteCount
            makingMemoryIsLimit = making?.isMemoryLimit == true ? true : nil
            applyingSeconds = applying?.seconds
            applyingMemory = applying?.memoryByteCount
            applyingMemoryIsLimit = applying?.isMemoryLimit == true ? true : nil
            self.result = result
            self.commands = commands
            self.applyCommands = applyCommands
        }
    }

    let tool: String
    let processors: Int
    /// The archives' names.
    let old: String
    let new: String
    let newBytes: UInt64
    /// When, in UTC.
    let time: String
    var rows: [Row] = []

    init(old: String, new: String, newByteCount: UInt64) {
        tool = ToolVersion.description
        processors = Machine.processorCount
        self.old = FileName.text(old)
        self.new = FileName.text(new)
        newBytes = newByteCount
        time = CurrentTime.text
    }

    // MARK: - Tables

    private static let titles = ["tool", "bytes", "make", "memory", "apply", "memory", "result"]

    private func cells(_ row: Row) -> [String] {
        func seconds(_ value: Double?) -> String { value.map(NumberText.duration) ?? "" }
        func memory(_ value: UInt64?, _ isLimit: Bool?) -> String {
            value.map { (isLimit == true ? "<=" : "") + ByteCount.text($0) } ?? ""
        }
        return [
            row.name, row.bytes.map(ByteCount.grouped) ?? "", seconds(row.makingSeconds),
            memory(row.makingMemory, row.makingMemoryIsLimit),
            seconds(row.applyingSeconds), memory(row.applyingMemory, row.applyingMemoryIsLimit), row.result,
        ]
    }

    private var heading: String {
        "\(new) of \(old), \(ByteCount.text(newBytes)); \(tool), \(processors) processors, \(time)"
    }

    /// For a terminal.
    var text: String {
        let widths = [14, 14, 12, 11, 12, 11, 1]
        func line(_ cells: [String]) -> String {
            let line = zip(cells, widths).map { $0.0.padded($0.1) }.joined()
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        var lines = [heading, "", line(Self.titles)] + rows.map { line(cells($0)) } + [""]
        for row in rows {
            lines += row.commands.map { "\(row.name.padded(14))\($0)" }
        }
        return lines.joined(separator: "\n")
    }

    /// For a document.
    var markdown: String {
        var lines = [
            heading, "", "| " + Self.titles.joined(separator: " | ") + " |", "|---|---|---|---|---|---|---|",
        ]
        lines += rows.map { row in
            let cells = [row.commands.map(MarkdownText.code).joined(separator: "; ")] + cells(row).dropFirst()
            return "| " + cells.joined(separator: " | ") + " |"
        }
        return lines.joined(separator: "\n")
    }

    /// The bytes of all tools as bars.
    var chart: String {
        BarChart(
            title: "Deltas of \(new)",
            bars: rows.compactMap { row in
                row.bytes.map { bytes in
                    let time = (row.makingSeconds ?? 0) + (row.applyingSeconds ?? 0)
                    return BarChart.Bar(
                        label: row.name, value: Double(bytes),
                        text: "\(ByteCount.text(bytes)), \(NumberText.duration(time)) to make and apply",
                        isOurs: row.isOurs)
                }
            }
        ).svg
    }
}
