import Bytes
import Canvas
import FileTree
import OCI

/// The files of both images, every path on one line.
struct FilesView {
    let explorer: ExplorerModel
    let layout: Layout

    private var glyphs: Glyphs { explorer.glyphs }
    private var isFocused: Bool { explorer.focus == .files && explorer.screens.isEmpty }

    func draw(on frame: inout Frame) {
        PaneTitle(glyphs: glyphs, isFocused: isFocused).draw(
            titles, notes: notes, labels: explorer.files != nil, in: layout.filesTitle,
            columns: layout.columns,
            on: &frame)
        guard let files = explorer.files else {
            drawMessage([waiting], on: &frame)
            return
        }
        drawHidden(files, on: &frame)
        guard !files.rows.isEmpty else {
            drawMessage(emptiness(files), on: &frame)
            return
        }
        let range = files.rangeRows
        var lines = files.rows.lines(from: files.cursor.offset)
        for line in 0..<layout.files.rows {
            guard let shown = lines.next() else { break }
            let index = files.cursor.offset + line
            let row = layout.files.row + line
            RowView(
                files: files, row: shown, columns: layout.columns, glyphs: glyphs,
                isCostFinal: explorer.isCostFinal, loneSide: explorer.loneSide
            ).draw(at: row, on: &frame)
            if !layout.marks.isEmpty, let mark = files.pickMark(of: shown)?.span {
                frame.put(
                    mark.text, at: Point(row: row, column: layout.marks.lowerBound), style: Style(mark.role))
            }
            if range.contains(index) {
                frame.setGround(.selection, row: row, columns: 0..<layout.size.columns)
            }
            if index == files.cursor.position {
                let ground: Role = isFocused ? .cursor : .selection
                frame.setGround(ground, row: row, columns: 0..<layout.size.columns)
                if isFocused, layout.marksCursor {
                    frame.put(glyphs.cursor, at: Point(row: row, column: 0), style: Style(.text))
                }
            }
        }
    }

    /// What the files are those of, the longest words first.
    private var titles: [String] {
        let words: String
        switch explorer.scope {
        case .squashed: words = "whole image"
        case .side(let side): words = side == .old ? "old image" : "new image"
        case .pair(let index):
            guard explorer.pairs.indices.contains(index) else { return ["Files"] }
            let pair = explorer.pairs[index]
            switch (pair.old, pair.new) {
            case (let old?, let new?) where old == new: words = "layer \(new + 1)"
            case (let old?, let new?): words = "layers \(old + 1) and \(new + 1)"
            case (let old?, nil): words = "removed layer \(old + 1)"
            case (nil, let new?): words = "added layer \(new + 1)"
            case (nil, nil): return ["Files"]
            }
        }
        return ["Files: \(words)", words]
    }

    /// Which files are shown and how they are sorted, the longest words first.
    private var notes: [String] {
        if let side = explorer.loneSide { return loneNotes(side) }
        let arrangement = explorer.arrangement
        let filter = arrangement.filter.description
        let order = "by \(arrangement.order.rawValue)" + (arrangement.isReversed ? " reversed" : "")
        let narrowed = arrangement.narrowing.map { "&" + Format.line($0.text, glyphs) }
        let words = explorer.ignoredWords
        let ignored = words.isEmpty ? nil : "ignoring \(words.joined(separator: ", "))"
        let isPicking = explorer.pickState.wanted?.changes.isEmpty == false
        let work = [explorer.isListing ? "listing" : nil, isPicking ? "picking" : nil].compactMap(\.self)
        let listing = work.isEmpty ? nil : explorer.underWay(work.joined(separator: " and "))
        let flat = arrangement.shape.words
        let middle = [filter, flat, narrowed, order, ignored.map { _ in "ignoring \(words.count)" }]
        let short = [filter, narrowed.map { _ in "narrowed" }, ignored.map { _ in "ignoring" }]
        return [[filter, flat, narrowed, order, ignored], middle, short].map {
            ([listing] + $0).compactMap(\.self).joined(separator: " \(glyphs.separator) ")
        } + [narrowed == nil ? filter : "narrowed"]
    }

    /// How far the image is that is not shown yet, the longest words first.
    private func loneNotes(_ side: Side) -> [String] {
        let other = side == .old ? Side.new : .old
        let name = other == .old ? "old" : "new"
        let narrowed = explorer.arrangement.narrowing.map { "&" + Format.line($0.text, glyphs) }
        let done: String
        switch explorer.sides[other]?.progress {
        case _ where explorer.isAligned: done = "comparing"
        case let progress?:
            let share = progress.total.map { ByteCount.percent(min(progress.done, $0), of: $0) }
            done = "the \(name) one is read: \(share ?? ByteCount.text(progress.done))"
        case nil where explorer.isAsked(for: other): done = "the \(name) one is not chosen yet"
        case nil: done = "the \(name) one is still read"
        }
        let texts = [[narrowed, done], [done]].map {
            $0.compactMap(\.self).joined(separator: " \(glyphs.separator) ")
        }
        return texts + ["reading"]
    }

    private var waiting: String {
        guard explorer.isAligned else {
            if case .pairing(let done, let all) = explorer.estimates {
                return "\(explorer.spinner) pairing layers \(done) of \(all)"
            }
            return "\(explorer.spinner) reading the images"
        }
        return "\(explorer.spinner) comparing"
    }

    /// Why there is nothing to see, and the way out.
    private func emptiness(_ files: FileTable) -> [String] {
        guard files.tree.nodes.count > 1 else {
            let whole = explorer.key(.squash, in: .files)
            return explorer.scope == .squashed
                ? ["no files in either image"]
                : [
                    "no files in this layer; \(whole) shows the whole image",
                    "no files; \(whole): whole image",
                ]
        }
        if explorer.isReadingPackages { return ["\(explorer.spinner) reading lists of packages"] }
        if files.hiddenMatchCount > 0 {
            let way = explorer.wayToMatches(files)
            let count = Format.grouped(files.hiddenMatchCount)
            return [
                "0 shown, \(count) hidden by \(explorer.arrangement.filter.description): \(way)",
                "0 shown, \(count) hidden: \(way)",
            ]
        }
        if let narrowing = explorer.arrangement.narrowing {
            let text = Format.line(narrowing.text, glyphs)
            let keys = explorer.keysOutOfNarrowing
            return [
                "nothing that is shown matches &\(text); \(keys) shows everything again",
                "no match; \(keys): everything",
            ]
        }
        let counts = files.tree.nodes[0].countsBelow
        let all =
            counts.changed == 0
            ? "\(Format.count(counts.unchanged, "path"))" : "\(Format.count(counts.changed, "change"))"
        let filter = explorer.arrangement.filter
        let isLast = filter.nextShowsAll(of: files.hiddenChanges) == nil
        let way =
            isLast
            ? "\(explorer.key(.filterMenu, in: .files)) chooses"
            : "\(explorer.key(.changesOnly, in: .files)) shows more"
        return [
            "0 of \(all) shown: \(filter.description); \(way)", "0 of \(all) shown; \(way)",
            "0 shown; \(way)",
        ]
    }

    /// One line for what is not listed, and the key that shows it.
    private func drawHidden(_ files: FileTable, on frame: inout Frame) {
        guard layout.hidden.rows > 0 else { return }
        let end: [Span]
        let isNarrowed = explorer.arrangement.narrowing != nil
        if isNarrowed, files.hiddenMatchCount == 0 {
            // One step back is out of a search first.
            end =
                explorer.keysOutOfNarrowing == explorer.key(.back, in: .files)
                ? explorer.hint(.back, "shows them", .dim) : explorer.hint(.narrow, "changes that", .dim)
        } else if let showsAll = explorer.arrangement.filter.nextShowsAll(of: files.hiddenChanges) {
            end = explorer.hint(.changesOnly, showsAll ? "shows them" : "shows more", .dim)
        } else {
            end = explorer.hint(.filterMenu, "chooses", .dim)
        }
        let words = files.hiddenWords
        let texts = [
            words.joined(separator: " \(glyphs.separator) "), words.joined(separator: ", "),
        ]
        let room = layout.size.columns - 5 - end.width
        let text = TextFit.first(of: texts, columns: room, mark: glyphs.ellipsis)
        frame.put(
            [Span(text + "  ", .dim)] + end, at: Point(row: layout.hidden.row, column: 3),
            width: layout.size.columns - 3)
    }

    private func drawMessage(_ texts: [String], on frame: inout Frame) {
        guard layout.files.rows > 0 else { return }
        let point = Point(row: layout.files.row + min(1, layout.files.rows - 1), column: 3)
        let text = TextFit.first(of: texts, columns: layout.size.columns - 4, mark: glyphs.ellipsis)
        frame.put(text, at: point, style: Style(.dim))
    }
}
