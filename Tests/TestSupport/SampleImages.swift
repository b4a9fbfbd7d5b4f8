/// A small pair of images that differ in every way files can.
public enum SampleImages {
    /// The image before an update: three layers.
    public static let old = ImageBuilder([
        .init("ADD rootfs.tar /", base), .init("RUN install", libraries(isNew: false)),
        .init("COPY app /app", app(isNew: false)),
    ])

    /// The image after it: one layer is the same, two changed, one is new.
    public static let new = ImageBuilder(
        [
            .init("ADD rootfs.tar /", base), .init("RUN install", libraries(isNew: true)),
            .init("COPY app /app", app(isNew: true)),
            .init("RUN rm /etc/motd", [.directory("etc"), .file("etc/.wh.motd")]),
        ], name: "example.org/app:2")

    /// An image of one file in one layer: the smallest that can be truncated and damaged at every byte.
    public static let tiny = ImageBuilder([.init("COPY f /", [.file("f", "content")])])

    private static let base: [TarEntry] = [
        .directory("etc"), .file("etc/passwd", "root:x:0:0\n"), .file("etc/motd", "hello"), .directory("usr"),
        .file("usr/sh", Content.random(1, 4_000)), .symlink("bin", to: "usr"),
        .hardLink("usr/ash", to: "usr/sh"),
        .file("usr/ping", "ping").attribute("security.capability", [1, 0, 0, 2, 0, 0x20]),
        .file("names/" + String(repeating: "long", count: 40), "x"),
    ]

    private static func libraries(isNew: Bool) -> [TarEntry] {
        let text = Content.text(2, 6_000)
        return [
            .directory("lib"), .file("lib/changed.so", isNew ? Content.mutated(text, seed: 3) : text),
            .file(isNew ? "lib/sub/moved.so" : "lib/moved.so", Content.random(4, 3_000)),
            .file(
                "lib/libx-\(isNew ? "1.3" : "1.2").so",
                Content.mutated(Content.random(5, 3_000), seed: isNew ? 6 : 7)),
        ] + (isNew ? [.file("lib/added", Content.text(8, 900))] : [.file("lib/removed", "gone")])
    }

    private static func app(isNew: Bool) -> [TarEntry] {
        (0..<12).map { index in
            .file("app/module_\(index).py", Content.text(UInt64(100 + index), 400)).with {
                $0.modified += isNew ? 5_000 : 0
                $0.mode = isNew && index == 3 ? 0o600 : 0o644
            }
        }
    }
}
