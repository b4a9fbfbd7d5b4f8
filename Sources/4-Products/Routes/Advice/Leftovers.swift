import FileTree

/// What builds leave behind by habit, and how to avoid each kind.
enum Leftovers {
    /// A kind of thing that is left behind.
    struct Kind {
        /// Its name, in the plural.
        let name: String
        /// Where it lies.
        let patterns: [PathPattern]
        /// How to avoid it.
        let remedy: String
    }

    /// All kinds that are known.
    static let kinds: [Kind] = [
        kind(
            "package lists of apt", ["/var/lib/apt/lists/"],
            "end the same RUN with 'rm -rf /var/lib/apt/lists/*'"),
        kind(
            "packages and indexes in apt's cache", ["/var/cache/apt/"],
            "end the same RUN with 'apt-get clean', or mount the cache: RUN --mount=type=cache,target=/var/cache/apt"
        ),
        kind("packages in apk's cache", ["/var/cache/apk/", "/etc/apk/cache/"], "use 'apk add --no-cache'"),
        kind(
            "packages in the cache of dnf or yum",
            ["/var/cache/dnf/", "/var/cache/yum/", "/var/cache/libdnf5/"],
            "end the same RUN with 'dnf clean all'"),
        kind(
            "wheels in pip's cache", ["/root/.cache/pip/", "/home/*/.cache/pip/"],
            "use 'pip install --no-cache-dir'"),
        kind(
            "packages in the cache of npm or yarn",
            ["/root/.npm/", "/home/*/.npm/", "/root/.cache/yarn/", "/usr/local/share/.cache/"],
            "end the same RUN with 'npm cache clean --force', or mount the cache"),
        kind(
            "downloads of Maven, Gradle, Go or Cargo",
            [
                "/root/.m2/repository/", "/root/.gradle/caches/", "/go/pkg/mod/cache/",
                "/root/.cache/go-build/",
                "/usr/local/cargo/registry/", "/root/.cargo/registry/",
            ], "build in a stage of its own, and copy only what was built"),
        kind("histories of git", [".git/"], "name .git in .dockerignore"),
        kind(
            "compiled Python files", ["__pycache__/", "*.pyc"],
            "set PYTHONDONTWRITEBYTECODE=1 for the build, or use 'pip install --no-compile'"),
        kind("logs", ["/var/log/"], "remove them in the RUN that wrote them"),
        kind(
            "temporary files", ["/tmp/", "/var/tmp/"],
            "remove them in the RUN that wrote them, or mount: RUN --mount=type=tmpfs,target=/tmp"),
    ]

    private static func kind(_ name: String, _ patterns: [String], _ remedy: String) -> Kind {
        Kind(name: name, patterns: patterns.compactMap { PathPattern($0) }, remedy: remedy)
    }
}
