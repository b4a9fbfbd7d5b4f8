import Bytes
import ContentDiff
import Delta
import DeltaPackages
import Explorer
import FileTree
import Images
import Locks
import Terminals
import Work

extension SessionWork {
    /// Begins to find out which bytes belong together and what they cost; what was begun for another file is given up.
    ///
    /// - Parameters:
    ///   - key: The file.
    ///   - old: The old content as it is shown, if it is shown as bytes and differs.
    ///   - new: The new content as it is shown.
    ///   - packing: What they were compressed by, if they were.
    func startExplaining(_ key: ContentKey, _ old: [UInt8], _ new: [UInt8], packing: String?) {
        state.withLock { state in
            guard !state.isStopped, !Task.isCancelled else { return }
            state.aligning?.cancel()
            state.explainedFile = key
            state.aligning = Job(on: .shared) { await self.explain(key, old, new, packing: packing) }
        }
    }

    private func explain(_ key: ContentKey, _ old: [UInt8], _ new: [UInt8], packing: String?) async {
        do {
            // A plan may take long, if layers are compressed; what belongs together does not wait for it.
            let isPlanned = state.withLock { $0.estimates.plan != nil }
            var isAligned = old.isEmpty || new.isEmpty
            let isWhole = key.inside.isEmpty && packing == nil
            guard isWhole, let entry = key.new, let creator = state.withLock(\.creator) else {
                if !isAligned { try align(key, old, new, packing: packing) }
                if key.inside.isEmpty, let entry = key.new, let creator = state.withLock(\.creator) {
                    let explanation = try await creator.explanation(
                        of: entry, level: Self.level, limit: UInt64(FileContent.byteLimit))
                    mailbox.send(.explained(key, FileExplanation(unpacked: explanation, of: key)))
                }
                return
            }
            if !isAligned, !isPlanned {
                try align(key, old, new, packing: packing)
                isAligned = true
            }
            let explanation = try await creator.explanation(
                of: entry, level: Self.level, limit: UInt64(FileContent.explainedByteLimit))
            if !isAligned {
                if explanation.ancestor == key.old, !explanation.copies.isEmpty {
                    let diff = ByteDiff(old: old, new: new, copies: explanation.copies)
                    mailbox.send(.content(key, .bytes(diff, packing: nil)))
                } else {
                    try align(key, old, new, packing: nil)
                }
            }
            mailbox.send(.explained(key, FileExplanation(explanation, of: key)))
        } catch is CancellationError {
            return
        } catch {
            // Without it, what stands at the same places is shown side by side.
            mailbox.send(
                .explained(
                    key, FileExplanation(nil, remark: "what it costs is not known: \(ErrorText.of(error))")))
        }
    }

    /// Finds out which bytes belong together, as a patch would.
    private func align(_ key: ContentKey, _ old: [UInt8], _ new: [UInt8], packing: String?) throws {
        let diff = ByteDiff(old: old, new: new, copies: try Self.copies(old, new))
        mailbox.send(.content(key, .bytes(diff, packing: packing)))
    }

    /// What belongs together in two contents.
    static func copies(_ old: [UInt8], _ new: [UInt8]) throws -> [ByteDiff.Copy] {
        guard !old.isEmpty, !new.isEmpty else { return [] }
        let matcher = try Matcher(old: old, method: .hashed(depth: 16))
        let content = try MatchedContent(new)
        var copies: [ByteDiff.Copy] = []
        for part in Matcher.parts(of: content) {
            try Task.checkCancellation()
            copies += try matcher.match(content, part).copies(from: part.lowerBound).map {
                ByteDiff.Copy(old: $0.old, new: $0.new, count: $0.count)
            }
        }
        return copies
    }
}

extension FileExplanation {
    /// What is known of an entry, in words where there are no figures.
    fileprivate init(_ explanation: EntryExplanation, of key: ContentKey) {
        let remark =
            switch explanation.making {
            case .reference: "it costs nothing: the old image holds its content"
            case .unshipped: "it costs nothing: its layer is not shipped"
            case .empty: "it costs nothing: there is nothing in it"
            case .link(let target):
                "it costs nothing by itself: its content is stored as /\(EscapedText.of(target))"
            case .withLayer: "what its places cost is not known: its layer travels as it is"
            case .tooLarge: "it is too large to tell what its places cost"
            case .unpackedPatch:
                "what is compressed in it is unpacked, patched and compressed again: no place in it costs by itself"
            case .new, .patch: ""
            }
        self.init(
            explanation.costs, copies: explanation.ancestor == key.old ? explanation.copies : [],
            remark: remark)
    }

    /// The same of what is shown unpacked: places that cost are none of what is on screen.
    fileprivate init(unpacked explanation: EntryExplanation, of key: ContentKey) {
        switch explanation.making {
        case .new, .patch:
            self.init(
                nil,
                remark: "it is shown unpacked, and travels as it is stored: no place in it costs by itself")
        default: self.init(nil, remark: FileExplanation(explanation, of: key).remark)
        }
    }
}
