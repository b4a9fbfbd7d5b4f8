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
            "packages in the cache of dnf, yum, zypper or pacman",
            [
                "/var/cache/dnf/", "/var/cache/yum/", "/var/cache/libdnf5/", "/var/cache/zypp/",
                "/var/cache/pacman/pkg/",
            ], "end the same RUN with 'dnf clean all', 'zypper clean --all' or 'pacman -Scc'"),
        kind(
            "downloads of pip, uv, Poetry or Conda",
            inHomes([".cache/pip/", ".cache/uv/", ".cache/pypoetry/"])
                + ["/opt/conda/pkgs/"],
            "use 'pip install --no-cache-dir' or 'uv --no-cache', or end the same RUN with 'conda clean --all'"
        ),
        kind(
            "packages in the cache of npm, yarn or pnpm",
            inHomes([
                ".npm/", ".cache/yarn/", ".yarn/berry/cache/", ".local/share/pnpm/store/", ".cache/node-gyp/",
            ])
                + ["/usr/local/share/.cache/"],
            "end the same RUN with 'npm cache clean --force' or 'yarn cache clean', or mount the cache"),
        kind(
            "downloads of Maven, Gradle, Go or Cargo",
            inHomes([
                ".m2/repository/", ".gradle/caches/", "go/pkg/mod/cache/", ".cache/go-build/",
                ".cargo/registry/",
            ]) + ["/go/pkg/mod/cache/", "/usr/local/cargo/registry/"],
            "build in a stage of its own, and copy only what was built"),
        kind(
            "histories of git", [".git/"],
            "name .git in .dockerignore, or remove it in the RUN that clones"),
        kind(
            "compiled Python files", ["__pycache__/", "*.pyc"],
            "use 'pip install --no-compile', set PYTHONDONTWRITEBYTECODE=1 for what the build runs, and remove what the system's "
                + "packages compile in the RUN that installs them; programs then take longer to start"),
        kind("logs", ["/var/log/"], "remove them in the RUN that wrote them"),
        kind(
            "temporary files", ["/tmp/", "/var/tmp/"],
            "remove them in the RUN that wrote them, or mount: RUN --mount=type=tmpfs,target=/tmp"),
    ]

    /// Places in the home of root and of every other user.
    private static func inHomes(_ places: [String]) -> [String] {
        places.flatMap { ["/root/\($0)", "/home/*/\($0)"] }
    }

    private static func kind(_ name: String, _ patterns: [String], _ remedy: String) -> Kind {
        Kind(name: name, patterns: patterns.compactMap { PathPattern($0) }, remedy: remedy)
    }
}
