import ContentDiff

/// In which encoding a file is read.
extension LookScreen {
    /// The same file, read in an encoding; nil for the one that its bytes tell.
    func read(in encoding: String?, _ model: ExplorerModel) -> (screen: LookScreen, effects: [Effect]) {
        var screen = LookScreen(node: node, key: key.read(in: encoding), place: place)
        screen.adopt(self)
        let effects = model.read(screen.key)
        screen.refresh(model)
        return (screen, effects)
    }

    /// Why another encoding would change nothing; nil if it may.
    func reasonNotToChooseEncoding(_ content: FileContent?) -> String? {
        switch content {
        case nil, .beginning: return "it is still being read"
        case .piece: return "it is too large to be read as a text"
        case .text(let text, _):
            let isKnown = [text.storedOld, text.storedNew].allSatisfy(\.isUnicode)
            return isKnown && key.encoding == nil ? "it is Unicode: there is nothing to choose" : nil
        case .bytes, .archive, .failed: return nil
        }
    }
}
