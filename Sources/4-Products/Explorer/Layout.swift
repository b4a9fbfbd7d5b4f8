import Canvas

/// Where everything stands on a screen of some size; drawing, scrolling and the mouse all go by it.
struct Layout: Hashable, Sendable {
    /// Below this width the two sides share one column.
    static let narrow = 78

    /// What is smaller shows nothing but that it is too small.
    static let least = Size(rows: 8, columns: 40)

    let size: Size
    let header: Rect
    let layersTitle: Rect
    let layers: Rect
    let filesTitle: Rect
    let files: Rect
    /// What is not listed; empty if that is nothing.
    let hidden: Rect
    /// What differs in the file under the cursor; empty where there is no room.
    let preview: Rect
    /// What is going on, or what the cursor is on; where there is no room for it, the footer tells the former.
    let note: Rect
    let footer: Rect
    /// Columns in front of all rows: for the mark of the row that has the keys, where colours do not tell it, and for
    /// the boxes of what is picked.
    let gutter: Int
    /// Whether a mark stands before the row that has the keys.
    let marksCursor: Bool
    /// The columns of the boxes; empty while nothing is picked.
    let marks: Range<Int>
    /// What is picked; empty if nothing is, or if its line takes the place of the figures.
    let picks: Rect
    private let isOneSided: Bool

    /// From so many rows on there is room for the note.
    private static let noteRows = 16
    /// From such a size on there is room for a preview.
    static let previewLeast = Size(rows: 30, columns: 100)

    init(
        _ size: Size, layerCount: Int, focus: Pane, gutter: Int = 0, isOneSided: Bool = false,
        isZoomed: Bool = false, tellsHidden: Bool = false, tellsPicks: Bool = false, hasPreview: Bool = false
    ) {
        marksCursor = gutter > 0
        marks = tellsPicks ? gutter..<gutter + PickMark.columns : 0..<0
        self.gutter = gutter + marks.count
        self.isOneSided = isOneSided
        self.size = size
        let rows = size.rows
        let headerRows = rows >= 32 || tellsPicks && rows >= Self.noteRows ? 3 : 2
        let footerRows = rows >= Self.noteRows ? 2 : 1
        let body = rows - headerRows - footerRows
        var layerRows = min(max(1, layerCount), max(3, body / 4))
        var titles = 2
        if body < 8 || isZoomed {
            // No room for both, or none wanted: the pane that has the keys gets all of it.
            titles = body >= 4 ? 1 : 0
            layerRows = focus == .layers ? body - titles : 0
        }
        func rect(_ row: Int, _ rows: Int) -> Rect {
            Rect(row: row, column: 0, rows: rows, columns: size.columns)
        }
        header = rect(0, tellsPicks ? headerRows - 1 : headerRows)
        picks = rect(headerRows - 1, tellsPicks ? 1 : 0)
        let layersTitleRows = titles == 2 || titles == 1 && focus == .layers ? 1 : 0
        layersTitle = rect(headerRows, layersTitleRows)
        layers = rect(layersTitle.endRow, layerRows)
        let filesTitleRows = titles == 2 || titles == 1 && focus == .files ? 1 : 0
        filesTitle = rect(layers.endRow, filesTitleRows)
        let room = max(0, rows - footerRows - filesTitle.endRow)
        let previewRows = hasPreview && !isZoomed && Self.hasRoomForPreview(size) ? room / 2 : 0
        let fileRows = room - previewRows
        let hiddenRows = tellsHidden && fileRows >= 4 ? 1 : 0
        files = rect(filesTitle.endRow, fileRows - hiddenRows)
        hidden = rect(files.endRow, hiddenRows)
        preview = rect(hidden.endRow, previewRows)
        note = rect(rows - 2, footerRows - 1)
        footer = rect(rows - 1, 1)
    }

    /// Whether a preview does not take from the lists what they need.
    static func hasRoomForPreview(_ size: Size) -> Bool {
        size.rows >= previewLeast.rows && size.columns >= previewLeast.columns
    }

    var isTooSmall: Bool { size.rows < Self.least.rows || size.columns < Self.least.columns }

    /// The columns of both panes.
    var columns: Columns { Columns(width: size.columns, gutter: gutter, isOneSided: isOneSided) }
}

/// How a row of a pane is divided; what does not fit is left out, the least important first.
struct Columns: Hashable, Sendable {
    /// The old half.
    let old: Range<Int>
    /// The marker's column.
    let marker: Int
    /// The new half, without the cost.
    let new: Range<Int>
    /// The cost to ship; empty if there is no room.
    let cost: Range<Int>
    /// The share that a row has of its directory's cost, as a bar and in percent; empty if there is no room.
    let bar: Range<Int>
    private let showsBar: Bool
    let showsSize: Bool
    /// Whether the new half tells how much larger a file has become.
    let showsDifference: Bool
    let showsMode: Bool
    let showsOwner: Bool
    let showsTime: Bool

    static let sizeWidth = 9
    static let modeWidth = 11
    static let ownerWidth = 11
    static let timeWidth = 17
    static let costWidth = 12
    private static let barWidth = 11
    static let differenceWidth = 10

    init(width: Int, gutter: Int = 0, isOneSided: Bool = false) {
        showsBar = width >= 96 || isOneSided && width >= Layout.narrow
        let barWidth = showsBar ? Self.barWidth : 0
        let costWidth = width >= 30 ? Self.costWidth + barWidth : 0
        cost = (width - costWidth + barWidth)..<width
        bar = (width - costWidth + 1)..<(width - costWidth + 1 + max(0, barWidth - 1))
        if width < Layout.narrow || isOneSided {
            old = 0..<0
            marker = gutter
            new = min(gutter + 2, width)..<max(min(gutter + 2, width), width - costWidth)
        } else {
            let half = (width - costWidth - 3 - gutter) / 2
            old = gutter..<gutter + half
            marker = gutter + half + 1
            new = (gutter + half + 3)..<(width - costWidth)
        }
        let half = new.count
        showsSize = half >= 26
        showsDifference = half >= 46
        showsMode = half >= 60
        showsOwner = half >= 74
        showsTime = half >= 90
    }

    /// Columns of a half that belong to the name.
    func nameWidth(_ half: Range<Int>) -> Int {
        let taken =
            (showsSize ? Self.sizeWidth : 0) + (showsDifference && half == new ? Self.differenceWidth : 0)
            + (showsMode ? Self.modeWidth : 0)
            + (showsOwner ? Self.ownerWidth : 0) + (showsTime ? Self.timeWidth : 0)
        return max(0, half.count - taken)
    }
}

/// A list that can have the keys.
enum Pane: Hashable, Sendable {
    case layers, files
}
