extension StreamMachine {
    /// What takes as long as looking at so many places.
    enum Price {
        static let member = 256
        static let segment = 64
        static let block = 64
        /// A code, which is made of the tokens.
        static let code = 1 << 12
        /// Making ready to run over tokens.
        static let runner = 1 << 18
    }

    /// How much may be done for a description, and to make a blob of one: more than for real data, where models look at less
    /// than 300 places for a byte, and little enough for data made to take much.
    struct Effort {
        var perByte = 512
        var atStart = 1 << 22
        /// So much may be done for a description, however long the data are.
        var most = Int.max
        /// It is checked after so many bytes.
        let checkedByteCount = 1 << 12
        /// A reader does the same as the writer did, but may check it elsewhere, so it may do so much more.
        let readerFactor = 2

        /// How much may be done up to a position.
        func most(at position: Int) -> Int { atStart + perByte * position }
    }

    func checkWork() throws {
        let limit = effort.most(at: position)
        guard isDecoding || work <= effort.most else { throw RecompressionError.tooMuchWork }
        guard work <= (isDecoding ? effort.readerFactor * limit : limit) else {
            throw isDecoding ? Self.damaged("it takes more work than any") : RecompressionError.tooMuchWork
        }
    }

    /// How much was done: places looked at for matches and words compared there, and what else takes as long.
    var work: Int { spent &+ (runner?.work ?? 0) }
}
