/// Contents as the matcher should see them: without what changes although the code does not.
enum NeutralContent {
    /// Blanks the operands of references in native code, so that code which only moved matches as a whole.
    ///
    /// Only the encoder needs it: matches found here are as valid as any for the contents themselves.
    ///
    /// - Parameter content: Any bytes.
    /// - Returns: nil for what is no code of a known kind.
    static func of(_ content: [UInt8]) -> [UInt8]? {
        guard let image = ElfImage(head: content.prefix(ElfImage.headByteCount)),
            image.machine == ElfImage.machineX86
        else { return nil }
        var neutral = content
        for segment in image.segments where segment.isExecutable && segment.offset < content.count {
            let end = min(segment.offset + segment.byteCount, content.count)
            X86References.scan(Array(content[segment.offset..<end]), address: segment.address, image: image) {
                operand, _, _ in
                LittleEndian.store(0, &neutral, segment.offset + operand)
            }
        }
        return neutral
    }
}
