public import Canvas
public import FileFormats
public import FileTree
public import OCI
public import Shipping
public import Summary

/// Everything that can happen to the explorer.
public enum Message: Sendable {
    /// A key, the mouse, another size, a request to end.
    case input(Input)
    /// Time went by; moves the spinner.
    case tick
    /// Reading an image has come further.
    case loading(Side, LoadProgress)
    /// A source holds several images: which is meant? Nothing is read before `Effect.choose`.
    case several(Side, [ImageOption])
    /// An image's layers are known, not yet what they hold.
    case summary(Side, ImageSummary)
    /// A layer was read: its size and entry count are known.
    case layerIndexed(Side, LayerSummary)
    /// One image is read while the other one is not: its tree, compared with itself.
    case sideRead(Side, DiffTree)
    /// Both images are read and their layers are paired.
    case aligned([LayerPair])
    /// An answer to `Effect.compare`.
    case compared(Scope, generation: Int, DiffTree)
    /// An answer to `Effect.merge`.
    case merged(DiffTree)
    /// An answer to `Effect.planPicks` of the same revision; a better one may follow.
    case picksPlanned(revision: Int, PickPlan)
    /// A list of picks was read from a file.
    case picksLoaded(PickList, path: String)
    /// The picks of a revision were written to a file.
    case picksSaved(path: String, revision: Int)
    /// The file that picks were to be written to is there already; nothing was written.
    case picksFileExists(PickFileRequest)
    /// An answer to `Effect.read`; a better one may follow.
    case content(ContentKey, FileContent)
    /// So many bytes of a large content were compared, both sides together, of how many.
    case comparing(ContentKey, done: UInt64, of: UInt64)
    /// A content was written to a file of that name and size.
    case contentWritten(path: String, byteCount: UInt64)
    /// The file that a content was to be written to is there already; nothing was written.
    case contentExists(ContentRequest)
    /// Both sides of a content lie in temporary files.
    case outsideReady(OutsideFiles)
    /// After a content: what it says of itself, because it is a program or a library.
    case program(ContentKey, ElfDiff)
    /// After a content: why the file costs what it costs.
    case explained(ContentKey, FileExplanation)
    /// An answer to `Effect.work`.
    case worked(ScreenWork.Outcome)
    /// An answer to `Effect.recallView`, if it is known.
    case viewRecalled(ViewState)
    /// An answer to `Effect.summarize`.
    case summarized(UpdateSummary)
    /// Costs of entries of the new image, as they become known or better known.
    case costs([EntryID: Figure])
    /// Costs of layers of the new image, by their index.
    case layerCosts([Int: Figure])
    /// How blobs of layers of the new image are made of the uncompressed layers, in words, by their index.
    case blobRemarks([Int: String])
    /// The figures of the header.
    case totals(Totals)
    /// Entries of the old image that entries of a layer of the new one are made of though they have other paths; at first
    /// those that they are likely to be made of.
    case ancestors([EntryID: EntryID], layer: Int)
    /// What the background work on the costs is doing now.
    case estimates(EstimateState)
    /// A route was measured, as `Effect.measureRoutes` asked.
    case route(Route)
    /// A first idea of a route that is being measured.
    case routeSketched(Route)
    /// What the work on routes is doing now.
    case routes(RouteState)
    /// An answer to `Effect.measureRoom`: how many bytes there is room for where a file is to be written; nil if nobody knows.
    case room(path: String, freeByteCount: UInt64?)
    /// The export has come further.
    case exporting(ExportProgress)
    /// The export's file is there already; nothing was written.
    case exportExists(ExportRequest)
    /// The package is written and checked.
    case exported(ExportResult)
    /// The export failed and left nothing.
    case exportFailed(String)
    /// The export was cancelled and left nothing.
    case exportCancelled
    /// Something for the log alone.
    case remark(String)
    /// Something went wrong that does not end the program.
    case warning(String)
    /// Something went wrong that leaves nothing to show.
    case failed(String)
}
