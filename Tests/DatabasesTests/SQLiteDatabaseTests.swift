import Databases
import Testing

/// What is refused; what is read, the tests of the lists of packages show.
struct SQLiteDatabaseTests {
    @Test func `what is no database`() {
        for bytes in [[], Array("SQLite format 3".utf8), SQLiteDatabase.magic] {
            #expect(throws: SQLiteError(description: "it is no SQLite database")) {
                _ = try SQLiteDatabase(bytes)
            }
        }
    }

    @Test func `a head without pages is refused as it is read`() throws {
        let database = try SQLiteDatabase(
            SQLiteDatabase.magic + [0x10, 0, 2, 2, 0, 64, 32, 32] + Array(repeating: 0xff, count: 4072))
        #expect(throws: SQLiteError.self) {
            try database.forEachBlob("blob", of: "Packages", stepLimit: 1 << 20) { _ in true }
        }
    }
}
