import ContentDiff
import Contents
import Delta
import Explorer
import FileFormats
import FileIO
import FileTree
import Images
import OCI
import Locks
import Terminals
import TextEncodings
import Work

extension SessionWork {
    /// Reads a file's old and new content and compares them; what was read before is given up.
    func read(_ key: ContentKey) {
        state.withLock { state in
            state.reading?.cancel()
            // What another piece of the same file costs is found out with all of it.
            if state.explainedFile != key.piece(0) {
                state.aligning?.cancel()
                state.explainedFile = nil
            }
            state.reading = Job(on: .screen) { self.answer(key) }
        }
    }

    /// Gives up what is being read.
    func stopReading() {
        state.withLock { state in
            state.reading?.cancel()
            state.aligning?.cancel()
            state.explainedFile = nil
        }
    }

    private func answer(_ key: ContentKey) {
        let (oldImage, newImage) = state.withLock { ($0.old, $0.new) }
        guard let oldImage, let newImage else { return }
        do {
            var old = try Self.content(key.old, key, of: oldImage)
            var new = try Self.content(key.new, key, of: newImage)
            if !key.isStored, let archives = try Self.archives(old, new) {
                return mailbox.send(.content(key, .archive(archives)))
            }
            var packing: String?
            if !key.isStored, let unpacked = try Self.unpacked(old, new) {
                (old, new, packing) = (unpacked.old, unpacked.new, unpacked.packing)
            }
            try answer(key, old, new, packing: packing)
        } catch is CancellationError {
            return
        } catch {
            mailbox.send(.content(key, .failed(ErrorText.of(error))))
        }
    }

    private func answer(
        _ key: ContentKey, _ old: ReadableContent?, _ new: ReadableContent?, packing: String?
    ) throws {
        if key.piece == 0, max(old?.byteCount ?? 0, new?.byteCount ?? 0) > UInt64(FileContent.textLimit) {
            // It is not shown as a text in any case, and its first screen need not wait for all of it.
            let sides = try [old, new].map { try $0?.read(0, FileContent.beginningByteCount) ?? [] }
            mailbox.send(
                .content(key, .beginning(ByteDiff(old: sides[0], new: sides[1]), packing: packing)))
        }
        if max(old?.byteCount ?? 0, new?.byteCount ?? 0) > UInt64(FileContent.byteLimit) {
            try answerPiece(key, old, new, packing: packing)
            if key.piece == 0 {
                tellProgram(key, old, new)
                let isBegun = state.withLock { $0.explainedFile == key }
                if !isBegun { startExplaining(key, [], [], packing: packing) }
            }
            return
        }
        let before = try old.map { try $0.read(0, FileContent.byteLimit) }
        let after = try new.map { try $0.read(0, FileContent.byteLimit) }
        if let name = key.encoding, let encoding = TextEncoding(named: name) {
            guard let (oldText, newText) = Self.texts(before, after, in: encoding) else {
                return mailbox.send(.content(key, .failed("it is no text in \(name)")))
            }
            return try answer(key, oldText, newText, packing: packing)
        }
        if let (oldText, newText) = Self.texts(before, after) {
            return try answer(key, oldText, newText, packing: packing)
        }
        let (oldBytes, newBytes) = (before ?? [], after ?? [])
        mailbox.send(.content(key, .bytes(ByteDiff(old: oldBytes, new: newBytes), packing: packing)))
        startExplaining(
            key, oldBytes == newBytes ? [] : oldBytes, oldBytes == newBytes ? [] : newBytes, packing: packing)
        tellProgram(key, old, new)
    }

    private func answer(
        _ key: ContentKey, _ oldText: StoredText, _ newText: StoredText, packing: String?
    ) throws {
        let text = try TextDiff(old: oldText, new: newText) { try Task.checkCancellation() }
        var encodings = [text.storedOld.encoding, text.storedNew.encoding].compactMap(\.self)
        if encodings.count == 2, encodings[0] == encodings[1] { encodings.removeLast() }
        let encoding = encodings.isEmpty ? "empty" : encodings.joined(separator: " to ")
        let words = packing.map { "\(encoding) in \($0)" } ?? encoding
        mailbox.send(.content(key, .text(text, encoding: words)))
        startExplaining(key, [], [], packing: packing)
    }

    /// Tells what a program or library says of itself; what fails here was told of the content already.
    private func tellProgram(_ key: ContentKey, _ old: ReadableContent?, _ new: ReadableContent?) {
        guard let program = try? ElfDiff(old: old?.read, new: new?.read) else { return }
        mailbox.send(.program(key, program))
    }

    /// Reads a piece of a content that is too large to be held as a whole; the pieces are found out once for a file.
    private func answerPiece(
        _ key: ContentKey, _ old: ReadableContent?, _ new: ReadableContent?, packing: String?
    ) throws {
        let whole = key.piece(0)
        var known = state.withLock { $0.pieces.flatMap { $0.key == whole ? $0.pieces : nil } }
        if known == nil {
            let total = (old?.byteCount ?? 0) + (new?.byteCount ?? 0)
            var told: UInt64 = 0
            let pieces = try ContentPieces(old: old, new: new, limit: FileContent.pieceByteCount) { done in
                guard done - min(told, done) >= total / 100 else { return }
                told = done
                mailbox.send(.comparing(key, done: done, of: total))
            }
            state.withLock { $0.pieces = (whole, pieces) }
            known = pieces
        }
        guard let known, known.pieces.indices.contains(key.piece) else { return }
        let piece = known.pieces[key.piece]
        func bytes(_ content: ReadableContent?, _ range: Range<Int>) throws -> [UInt8] {
            try content.map { try $0.read(UInt64(range.lowerBound), range.count) } ?? []
        }
        let (before, after) = (try bytes(old, piece.old), try bytes(new, piece.new))
        let copies =
            piece.isSame
            ? [ByteDiff.Copy(old: 0, new: 0, count: after.count)] : try Self.copies(before, after)
        let diff = ByteDiff(old: before, new: after, copies: copies)
        mailbox.send(.content(key, .piece(diff, of: known, packing: packing)))
    }

    /// What an entry holds, or the member of an archive in it that a key names; nil for no entry.
    static func content(_ id: EntryID?, _ key: ContentKey, of image: OpenedImage) throws
        -> ReadableContent?
    {
        guard let id else { return nil }
        var content = try ReadableContent(id, of: image)
        for step in key.inside {
            guard let archive = try Archive(content) else { throw ArchiveError.tooDeep }
            content = try archive.member(step)
        }
        return content
    }

    /// What differs between two archives; nil if one of the sides that are there is none.
    private static func archives(_ old: ReadableContent?, _ new: ReadableContent?) throws -> ArchiveDiff? {
        let archives = try [old, new].map { try $0.map { try Archive($0) } }
        guard archives.allSatisfy({ $0.map { $0 != nil } ?? true }) else { return nil }
        let listings = try archives.map { try $0??.listing() }
        return ArchiveDiff(old: listings[0], new: listings[1])
    }

    /// What is compressed on both sides, or on the only one there is, as it was before; nil if it is not, or not to be
    /// unpacked: then it is shown as it is stored.
    private static func unpacked(_ old: ReadableContent?, _ new: ReadableContent?) throws -> (
        old: ReadableContent?, new: ReadableContent?, packing: String
    )? {
        do {
            let sides = try [old, new].map { try $0.map { try $0.unpacked() } }
            guard sides.allSatisfy({ $0.map { $0 != nil } ?? true }) else { return nil }
            var words = sides.compactMap { $0??.format }
            if words.count == 2, words[0] == words[1] { words.removeLast() }
            return (sides[0]??.content, sides[1]??.content, words.joined(separator: " to "))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return nil
        }
    }

    // MARK: - Text

    /// Both sides; nil if one of them is no text.
    ///
    /// - Parameters:
    ///   - old: What the old image has; nil for nothing.
    ///   - new: What the new image has.
    ///   - encoding: The encoding that somebody chose; nil for the one that the bytes tell.
    /// - Returns: The texts.
    private static func texts(
        _ old: [UInt8]?, _ new: [UInt8]?, in encoding: TextEncoding? = nil
    ) -> (StoredText, StoredText)? {
        func text(_ content: [UInt8]) -> StoredText? {
            guard content.count <= FileContent.textLimit else { return nil }
            return encoding.map { StoredText(content, in: $0) } ?? StoredText(recognising: content)
        }
        guard let old = text(old ?? []), let new = text(new ?? []) else { return nil }
        return (old, new)
    }
}
