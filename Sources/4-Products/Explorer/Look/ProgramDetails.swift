import Bytes
import Canvas
import FileFormats

/// What a program or library says of itself, old and new side by side.
struct ProgramDetails {
    let program: ElfDiff
    let glyphs: Glyphs

    func text(_ path: String) -> DetailText {
        func fact(_ name: String, _ value: (ElfFile) -> String?) -> [DetailLine] {
            let (old, new) = (program.old.flatMap(value), program.new.flatMap(value))
            return old == nil && new == nil ? [] : [.fact(name, old: old, new: new)]
        }
        var lines: [DetailLine] = [.heading(path, nil)]
        lines += fact("machine") { machine($0.machine) }
        lines += fact("build id") { $0.buildID.map { Hex.string($0) } }
        lines += fact("called") { $0.soname.map(name) }
        lines += needed + symbols + sections
        return DetailText(title: "Program", lines: lines, copied: path)
    }

    private func name(_ bytes: [UInt8]) -> String { Format.name(bytes, glyphs, limit: 200) }

    private func machine(_ number: Int) -> String {
        switch number {
        case 3: "x86"
        case 22: "s390x"
        case 21: "ppc64"
        case 40: "arm"
        case 62: "x86-64"
        case 183: "aarch64"
        case 243: "riscv"
        default: "machine \(number)"
        }
    }

    /// Libraries that only one side needs stand first.
    private var needed: [DetailLine] {
        let (old, new) = (program.old?.neededLibraries ?? [], program.new?.neededLibraries ?? [])
        guard !old.isEmpty || !new.isEmpty else { return [] }
        let (before, after) = (Set(old), Set(new))
        var lines: [DetailLine] = [.blank, .heading("Needed libraries", nil)]
        lines += old.filter { !after.contains($0) }.map { .fact("needs", old: name($0), new: nil) }
        lines += new.filter { !before.contains($0) }.map { .fact("needs", old: nil, new: name($0)) }
        lines += new.filter(before.contains).map { .fact("needs", old: name($0), new: name($0)) }
        return lines
    }

    private var symbols: [DetailLine] {
        program.symbols.flatMap { table -> [DetailLine] in
            let title = table.table == .dynamic ? "Symbols for others" : "All symbols"
            var lines: [DetailLine] = [
                .blank, .heading(title, nil),
                .fact(
                    "count", old: table.oldCount.map(Format.grouped), new: table.newCount.map(Format.grouped)),
            ]
            // Of a file that is new or gone, all would be told.
            guard table.oldCount != nil, table.newCount != nil else { return lines }
            if table.addedCount == 0, table.removedCount == 0 { lines.append(.note("names", "the same")) }
            lines += table.removed.map { .fact("removed", old: name($0), new: nil) }
            lines += rest(table.removedCount - table.removed.count, "removed")
            lines += table.added.map { .fact("added", old: nil, new: name($0)) }
            lines += rest(table.addedCount - table.added.count, "added")
            return lines
        }
    }

    private func rest(_ count: Int, _ word: String) -> [DetailLine] {
        count > 0 ? [.note(word, "\(Format.grouped(count)) more")] : []
    }

    /// Sections that differ in size stand first, those that are the same are counted.
    private var sections: [DetailLine] {
        let differing = program.sections.filter { $0.old != $0.new }
        var lines: [DetailLine] = [.blank, .heading("Sections", nil)]
        lines += differing.prefix(Self.sectionLimit).map { section in
            .fact(
                name(section.name), old: section.old.map { ByteCount.grouped($0) + " B" },
                new: section.new.map { ByteCount.grouped($0) + " B" })
        }
        lines += rest(differing.count - Self.sectionLimit, "differ")
        let same = program.sections.filter { $0.old == $0.new }
        lines += same.prefix(Self.sectionLimit).map { section in
            let size = section.new.map { ByteCount.grouped($0) + " B" }
            return .fact(name(section.name), old: size, new: size)
        }
        lines += rest(same.count - Self.sectionLimit, "of the same size")
        return program.sections.isEmpty ? [] : lines
    }

    private static let sectionLimit = 200
}
