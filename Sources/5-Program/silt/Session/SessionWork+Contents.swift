import ContentDiff
import Delta
import Explorer
import FileFormats
import FileIO
import FileTree
import Images
import OCI
import Synchronization
import Terminals
import Work

extension SessionWork {
    /// Reads a file's old and new content and compares them; what was read before is given up.
    func read(_ key: ContentKey) {
        state.withLock { state in
            state.reading?.cancel()
            state.aligning?.cancel()
            state.reading = Job(on: .screen) { self.answer(key) }
        }
    }

    private func answer(_ key: ContentKey) {
        let (oldImage, newImage) = state.withLock { ($0.old, $0.new) }
        guard let oldImage, let newImage else { return }
        do {
            let old = try Self.content(key.old, of: oldImage)
            let new = try Self.content(key.new, of: newImage)
            if let (oldText, newText, encoding) = Self.texts(old, new) {
                let text = try TextDiff(old: oldText, new: newText) { try Task.checkCancellation() }
                return mailbox.send(.content(key, .text(text, encoding: encoding)))
            }
            let (before, after) = (old ?? [], new ?? [])
            mailbox.send(.content(key, .bytes(ByteDiff(old: before, new: after))))
            if !before.isEmpty, !after.isEmpty, before != after {
                state.withLock { state in
                    guard !state.isStopped else { return }
                    state.aligning = Job(on: .shared) { self.align(key, before, after) }
                }
            }
            func reading(_ id: EntryID?, of image: OpenedImage) -> ElfFile.Read? {
                id.map { id in
                    { offset, count in
                        try Task.checkCancellation()
                        return try image.content(of: id, at: offset, count: count)
                    }
                }
            }
            // What fails here was told of the content already.
            guard
                let program = try? ElfDiff(
                    old: reading(key.old, of: oldImage), new: reading(key.new, of: newImage))
            else { return }
            mailbox.send(.program(key, program))
        } catch is CancellationError {
            return
        } catch {
            mailbox.send(.content(key, .failed("\(error)")))
        }
    }

    /// Finds out which bytes belong together, as a patch would.
    private func align(_ key: ContentKey, _ old: [UInt8], _ new: [UInt8]) {
        do {
            let matcher = try Matcher(old: old, method: .hashed(depth: 16))
            let content = try MatchedContent(new)
            var copies: [ByteDiff.Copy] = []
            for part in Matcher.parts(of: content) {
                try Task.checkCancellation()
                copies += try matcher.match(content, part).copies(from: part.lowerBound).map {
                    ByteDiff.Copy(old: $0.old, new: $0.new, count: $0.count)
                }
            }
            mailbox.send(.content(key, .bytes(ByteDiff(old: old, new: new, copies: copies))))
        } catch {
            // Without it, what stands at the same places is shown side by side.
            return
        }
    }

    /// What an entry holds, as far as it is looked at; nil for no entry.
    private static func content(_ id: EntryID?, of image: OpenedImage) throws -> [UInt8]? {
        try id.map { try image.content(of: $0, count: FileContent.byteLimit) }
    }

    // MARK: - Text

    /// Both sides as UTF-8 and what they were stored as; nil if one of them is no text.
    private static func texts(_ old: [UInt8]?, _ new: [UInt8]?) -> ([UInt8], [UInt8], String)? {
        var texts: [[UInt8]] = []
        var encodings: [String] = []
        for content in [old, new] {
            guard let content, !content.isEmpty else {
                texts.append([])
                continue
            }
            guard content.count <= FileContent.textLimit, let (text, encoding) = text(content) else {
                return nil
            }
            texts.append(text)
            if !encodings.contains(encoding) { encodings.append(encoding) }
        }
        return (texts[0], texts[1], encodings.isEmpty ? "empty" : encodings.joined(separator: " to "))
    }

    private static func text(_ content: [UInt8]) -> ([UInt8], String)? {
        if content.starts(with: [0xff, 0xfe]) || content.starts(with: [0xfe, 0xff]) {
            let isLittle = content[0] == 0xff
            var units: [UInt16] = []
            for index in stride(from: 2, to: content.count - 1, by: 2) {
                let (first, second) = (UInt16(content[index]), UInt16(content[index + 1]))
                units.append(isLittle ? second << 8 | first : first << 8 | second)
            }
            return (Array(String(decoding: units, as: UTF16.self).utf8), isLittle ? "utf-16le" : "utf-16be")
        }
        // Control characters but for tabs, line ends, page ends, escapes and backspaces are in no text.
        let allowed: Set<UInt8> = [0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b]
        let controlCount = content.count { $0 < 0x20 && !allowed.contains($0) }
        guard controlCount == 0 else { return nil }
        if String(validating: content, as: UTF8.self) != nil {
            return (content, content.allSatisfy { $0 < 0x80 } ? "ascii" : "utf-8")
        }
        // Something of eight bits: most of it has to be letters all the same.
        let highCount = content.count { $0 >= 0x80 }
        return highCount * 3 < content.count ? (content, "8-bit text") : nil
    }
}
