import Compression
import ContentDiff
import FileFormats
import FileTree

extension ContentKind {
    /// So many first bytes tell what a file is: the magic of a tar stands 257 bytes behind its start.
    static let startByteCount = 512

    /// What looks like a text where it begins, and is none that people read.
    private static let documents: [[UInt8]] = [Array("%PDF-".utf8), ArDirectory.magic]

    /// Tells what a file is by its first bytes; nil if it is empty.
    ///
    /// - Parameters:
    ///   - start: Its first `startByteCount` bytes, or all of it.
    ///   - isWhole: Whether that is all of it.
    init?(start: [UInt8], isWhole: Bool) {
        guard !start.isEmpty else { return nil }
        // Most files are texts, and no marker of the others is one.
        if StoredText.isText(start: start, isWhole: isWhole),
            !Self.documents.contains(where: start.starts(with:))
        {
            self = .text
        } else if ProgramStart.isProgram(start) {
            self = .program
        } else if ArchiveStart.isArchive(start) || StreamFormat(start) != nil
            || StreamFormat.unreadable(start) != nil
        {
            self = .archive
        } else {
            self = .data
        }
    }
}
