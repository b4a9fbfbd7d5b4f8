import Bytes
import Contents
import Explorer
import FileIO
import FileTree
import Images
import OCI
import Locks
import Terminals
import Work

/// Files of the images for other programs.
extension SessionWork {
    /// Writes one side of a file to a file.
    func write(_ request: ContentRequest) {
        let job = Job(on: .shared) { [mailbox] in
            do {
                guard let content = try self.content(request.key, request.side) else { return }
                try OutputFile.check(request.path, isNoneOf: self.inputs)
                let file = try OutputFile(
                    path: request.path, replacesExisting: request.overwrites, expecting: content.byteCount)
                try Self.copy(content) { try file.write($0) }
                try file.sync()
                try file.commit()
                mailbox.send(.contentWritten(path: request.path, byteCount: content.byteCount))
            } catch FileError.exists {
                mailbox.send(.contentExists(request))
            } catch is CancellationError {
                return
            } catch {
                mailbox.send(.warning("'\(request.path)' was not written: \(ErrorText.of(error))"))
            }
        }
        state.withLock { $0.writing.append(job) }
    }

    /// Writes both sides of a file to temporary files that only the user may read.
    func prepareOutside(_ key: ContentKey, name: String, _ tool: OutsideTool) {
        let job = Job(on: .shared) { [mailbox] in
            var folder: ScratchFolder?
            do {
                let made = try ScratchFolder()
                folder = made
                var paths: [Side: String] = [:]
                for side in Side.allCases {
                    guard var content = try self.content(key, side) else { continue }
                    // As it is looked at: what is compressed by itself tells nothing.
                    if !key.isStored, let unpacked = try? content.unpacked() { content = unpacked.content }
                    let place = try NewFolder.make(at: "\(made.path)/\(side == .old ? "old" : "new")")
                    let path = "\(place)/\(Self.safe(name))"
                    paths[side] = path
                    let file = try OutputFile(
                        path: path, replacesExisting: false, expecting: content.byteCount)
                    try Self.copy(content) { try file.write($0) }
                    try file.commit()
                }
                try Task.checkCancellation()
                mailbox.send(
                    .outsideReady(
                        OutsideFiles(tool: tool, old: paths[.old], new: paths[.new], folder: made.path)))
            } catch {
                folder?.remove()
                if !(error is CancellationError) { mailbox.send(.warning(ErrorText.of(error))) }
            }
        }
        state.withLock { $0.writing.append(job) }
    }

    /// A name that no program takes for anything else, with the ending that tells editors what it is.
    private static func safe(_ name: String) -> String {
        let kept = name.unicodeScalars.map { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "._+".unicodeScalars.contains(scalar))
                ? Character(scalar) : "_"
        }
        let text = String(kept.suffix(100).drop { $0 == "." })
        return text.isEmpty ? "file" : text
    }

    /// One side of a content; nil if that side has none.
    private func content(_ key: ContentKey, _ side: Side) throws -> ReadableContent? {
        let (id, image) = state.withLock { side == .old ? (key.old, $0.old) : (key.new, $0.new) }
        guard let image, let id, let content = try Self.content(id, key, of: image) else { return nil }
        let entry = image.index.listings[id.layer].entries[id.ordinal]
        guard !key.inside.isEmpty || entry.kind != .file || entry.size == content.byteCount else {
            throw SparseFile()
        }
        return content
    }

    /// A file with holes is stored as its map and its data.
    private struct SparseFile: Error, CustomStringConvertible {
        let description = "it is stored as a sparse file"
    }

    private static func copy(_ content: ReadableContent, to write: ([UInt8]) throws -> Void) throws {
        guard content.isWhole else { throw ArchiveError.tooLarge }
        var offset: UInt64 = 0
        while offset < content.byteCount {
            try Task.checkCancellation()
            let part = try content.read(offset, 1 << 20)
            guard !part.isEmpty else { break }
            try write(part)
            offset += UInt64(part.count)
        }
    }
}
