public import Images

extension DeltaDocument.Old {
    /// What the receiver's image must hold, whatever it is called there.
    public var content: ImageContent { ImageContent(imageID: imageID, diffIDs: layers) }
}
