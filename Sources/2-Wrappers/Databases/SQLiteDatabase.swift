import CSQLite

/// Why a database could not be read, in SQLite's own words.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it says.
    public let description: String

    /// A cause in those words.
    public init(description: String) { self.description = description }
}

/// A SQLite database that lies in memory and is only read.
///
/// It may come from anywhere: what its schema says runs nothing but what reading a table takes, and how much work that
/// is has a bound.
public struct SQLiteDatabase: ~Copyable {
    private let handle: Handle

    /// What a database file begins with.
    public static let magic = Array("SQLite format 3\0".utf8)

    /// Values and rows that are longer than this are refused.
    private static let valueByteLimit: Int32 = 64 << 20
    /// How many steps of its virtual machine SQLite makes between two questions whether to go on.
    private static let stepsAtATime: Int32 = 1 << 14

    /// Opens a database.
    ///
    /// - Parameter bytes: The whole file. A log that lies beside it is not looked at.
    /// - Throws: `SQLiteError` if it is none.
    public init(_ bytes: [UInt8]) throws {
        guard bytes.starts(with: Self.magic), bytes.count >= 100 else {
            throw SQLiteError(description: "it is no SQLite database")
        }
        let handle = try Handle()
        guard let copy = sqlite3_malloc64(UInt64(bytes.count)) else {
            throw SQLiteError(description: "there is not enough memory for it")
        }
        let memory = UnsafeMutableRawBufferPointer(start: copy, count: bytes.count)
        memory.copyBytes(from: bytes)
        // In memory there are no logs: read it as one that is kept by a journal (SQLite's "Database File Format", 1.3.3).
        for place in [18, 19] where memory[place] == 2 { memory[place] = 1 }
        let flags = UInt32(SQLITE_DESERIALIZE_READONLY | SQLITE_DESERIALIZE_FREEONCLOSE)
        try handle.check(
            sqlite3_deserialize(
                handle.raw, "main", memory.assumingMemoryBound(to: UInt8.self).baseAddress,
                Int64(bytes.count), Int64(bytes.count), flags))
        self.handle = handle
    }

    /// Goes through the blobs in a column of a table.
    ///
    /// - Parameters:
    ///   - column: The column's name; not from a file.
    ///   - table: The table's name; not from a file.
    ///   - stepLimit: How many steps of its virtual machine SQLite may make, one for each small thing it does.
    ///   - body: Takes one blob after the other and says whether to go on; what is no blob is left out.
    /// - Throws: `SQLiteError` if the database is damaged or has no such column, `CancellationError` when the task was
    ///   cancelled, and what `body` throws.
    public func forEachBlob(
        _ column: String, of table: String, stepLimit: Int, _ body: ([UInt8]) throws -> Bool
    ) throws {
        let progress = Progress(left: stepLimit / Int(Self.stepsAtATime))
        try withExtendedLifetime(progress) {
            sqlite3_progress_handler(
                handle.raw, Self.stepsAtATime,
                { context in
                    guard let context else { return 1 }
                    return Unmanaged<Progress>.fromOpaque(context).takeUnretainedValue().goesOn() ? 0 : 1
                }, Unmanaged.passUnretained(progress).toOpaque())
            defer { sqlite3_progress_handler(handle.raw, 0, nil, nil) }
            let statement = try Statement("SELECT \"\(column)\" FROM \"\(table)\"", handle)
            while true {
                let code = sqlite3_step(statement.raw)
                if Task.isCancelled { throw CancellationError() }
                if code == SQLITE_DONE { return }
                if code == SQLITE_INTERRUPT {
                    throw SQLiteError(description: "it takes more work than any honest one of its size")
                }
                guard code == SQLITE_ROW else { throw handle.error(code) }
                guard sqlite3_column_type(statement.raw, 0) == SQLITE_BLOB else { continue }
                let count = Int(sqlite3_column_bytes(statement.raw, 0))
                let start = sqlite3_column_blob(statement.raw, 0)
                guard try body(Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
                else { return }
            }
        }
    }

    /// Counts what SQLite does; it asks on the thread that it works on.
    private final class Progress {
        private var left: Int

        init(left: Int) { self.left = left }

        func goesOn() -> Bool {
            left -= 1
            return left >= 0 && !Task.isCancelled
        }
    }

    /// A connection, closed on every way out. A class: modules that let a database go would have to know a struct's layout.
    private final class Handle {
        let raw: OpaquePointer

        init() throws {
            var raw: OpaquePointer?
            let code = sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
            guard code == SQLITE_OK, let raw else {
                sqlite3_close(raw)
                throw SQLiteError(description: String(cString: sqlite3_errstr(code)))
            }
            self.raw = raw
            CSQLite_distrust(raw)
            sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, SQLiteDatabase.valueByteLimit)
            sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0)
            // Damaged pages are refused instead of read beyond their ends.
            sqlite3_exec(raw, "PRAGMA cell_size_check=ON", nil, nil, nil)
        }

        deinit { sqlite3_close(raw) }

        func check(_ code: Int32) throws {
            guard code == SQLITE_OK else { throw error(code) }
        }

        func error(_ code: Int32) -> SQLiteError {
            SQLiteError(description: String(cString: sqlite3_errmsg(raw) ?? sqlite3_errstr(code)))
        }
    }

    /// A statement, ended on every way out.
    private struct Statement: ~Copyable {
        let raw: OpaquePointer

        init(_ text: String, _ handle: Handle) throws {
            var raw: OpaquePointer?
            let code = sqlite3_prepare_v2(handle.raw, text, -1, &raw, nil)
            guard code == SQLITE_OK, let raw else { throw handle.error(code) }
            self.raw = raw
        }

        deinit { sqlite3_finalize(raw) }
    }
}
