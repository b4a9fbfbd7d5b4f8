/// A number of rows and columns.
public struct Size: Hashable, Sendable {
    /// Rows from top to bottom.
    public let rows: Int
    /// Columns from left to right.
    public let columns: Int

    /// A size; negative numbers count as zero.
    public init(rows: Int, columns: Int) {
        self.rows = max(0, rows)
        self.columns = max(0, columns)
    }
}

/// A cell's place; rows and columns count from 0 at the top left.
public struct Point: Hashable, Sendable {
    /// Rows below the top.
    public var row: Int
    /// Columns right of the left edge.
    public var column: Int

    /// The place in that row and column.
    public init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }
}

/// A rectangle of cells.
public struct Rect: Hashable, Sendable {
    /// The topmost row.
    public let row: Int
    /// The leftmost column.
    public let column: Int
    /// Height.
    public let rows: Int
    /// Width.
    public let columns: Int

    /// A rectangle; negative extents count as zero.
    public init(row: Int, column: Int, rows: Int, columns: Int) {
        self.row = row
        self.column = column
        self.rows = max(0, rows)
        self.columns = max(0, columns)
    }

    /// The row below the last one.
    public var endRow: Int { row + rows }

    /// The column right of the last one.
    public var endColumn: Int { column + columns }

    /// Whether a cell lies in it.
    public func contains(_ point: Point) -> Bool {
        point.row >= row && point.row < endRow && point.column >= column && point.column < endColumn
    }

    /// A rectangle of that size in the middle of this one, no larger than it.
    public func centered(rows wantedRows: Int, columns wantedColumns: Int) -> Rect {
        let height = min(rows, wantedRows)
        let width = min(columns, wantedColumns)
        return Rect(
            row: row + (rows - height) / 2, column: column + (columns - width) / 2, rows: height,
            columns: width)
    }
}
