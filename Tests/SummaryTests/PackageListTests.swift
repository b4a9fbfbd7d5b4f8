import FileTree
import Summary
import Testing

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func short(_ package: Package) -> String { "\(package.name) \(package.version) \(package.place)" }

struct PackageListTests {
    @Test func `dpkg lists what is installed, and not what was`() {
        let status = bytes(
            """
            Package: a
            Status: install ok installed
            Description: first
             Package: not a field
            Architecture: amd64
            Version: 1.0-1

            Package: gone
            Status: deinstall ok config-files
            Version: 2

            Package: held
            Version: 3
            Status: hold ok installed
            Version: 4
            """)
        #expect(SystemPackages.debian(status: status).map(short) == ["a 1.0-1 amd64", "held 3 "])
        #expect(SystemPackages.debian(status: []).isEmpty)
    }

    @Test func `what lists only sums has paths, too`() {
        let sums = bytes("0123  usr/bin/a b\nffff  etc/x\nnothing\n")
        #expect(SystemPackages.paths(inSums: sums) == [bytes("usr/bin/a b"), bytes("etc/x")])
    }

    @Test func `apk lists packages with their directories and files`() {
        let list = SystemPackages.alpine(
            installed: bytes(
                "C:Q1\nP:musl\nV:1.2.5-r0\nA:x86_64\nF:lib\nR:ld-musl.so\na:0:0:755\nF:\nR:top\n\nP:empty\nV:1\n"
            ))
        #expect(list.map { short($0.package) } == ["musl 1.2.5-r0 x86_64", "empty 1 "])
        #expect(list.first?.paths == [bytes("lib/ld-musl.so"), bytes("top")])
    }

    @Test func `a Python package has one name however it is spelled`() throws {
        let directory = try #require(TreePath("usr/lib/python3/site-packages"))
        let metadata = bytes(
            "Metadata-Version: 2.1\r\nName: Flask_.Login\r\nVersion: 1.0\r\n\r\nVersion: 2\r\n")
        let package = try #require(LanguagePackages.python(metadata: metadata, in: directory))
        #expect(short(package) == "flask-login 1.0 usr/lib/python3/site-packages")
        let record = bytes("a.py,sha256=x,12\n\"b,\"\"c.py\",,\n../../bin/d,,\n")
        #expect(
            LanguagePackages.paths(inRecord: record) == [
                bytes("a.py"), bytes("b,\"c.py"), bytes("../../bin/d"),
            ])
        #expect(LanguagePackages.python(metadata: bytes("Version: 1\n"), in: .root) == nil)
    }

    @Test func `an npm package is what its manifest says`() throws {
        let directory = try #require(TreePath("app/node_modules/@a/b"))
        let package = LanguagePackages.npm(
            manifest: bytes(#"{"name":"@a/b","version":"1.2.3"}"#), in: directory)
        #expect(package.map(short) == "@a/b 1.2.3 app/node_modules/@a/b")
        #expect(LanguagePackages.npm(manifest: bytes(#"{"name":"b"}"#), in: directory) == nil)
        #expect(LanguagePackages.npm(manifest: bytes("{"), in: directory) == nil)
    }

    @Test func `a jar is named by what is in it before it is named by its file`() throws {
        let path = try #require(TreePath("lib/guava-31.1-jre.jar"))
        let own = bytes("groupId=com.google\nartifactId=guava\nversion=31.1-jre\n")
        let other = bytes("groupId=x\nartifactId=shaded\nversion=9\n")
        func name(_ properties: [[UInt8]], _ manifest: String = "", at path: TreePath = path) -> String? {
            LanguagePackages.java(at: path, properties: properties, manifest: bytes(manifest)).map(short)
        }
        #expect(name([other, own]) == "com.google:guava 31.1-jre lib")
        #expect(name([other, other]) == "guava 31.1-jre lib")
        let bare = try #require(TreePath("lib/app.jar"))
        let manifest = "Manifest-Version: 1.0\r\nBundle-Version: 3\r\nImplementation-Version: 2\r\n"
        #expect(name([], manifest, at: bare) == "app 2 lib")
        #expect(name([], at: bare) == nil)
    }

    @Test func `keys are told by what they are, not by programs that look for them`() {
        func kind(_ text: String, _ name: String = "x") -> KeyMarkers.Kind? {
            KeyMarkers.kind(name: name.utf8, content: bytes(text))
        }
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
        #expect(kind("-----BEGIN RSA PRIVATE KEY-----\n\(body)") == .privateKey)
        #expect(kind("text\n-----BEGIN OPENSSH PRIVATE KEY-----\r\n\(body)") == .privateKey)
        #expect(kind("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v1.4.11\n") == .privateKey)
        #expect(kind("PuTTY-User-Key-File-3: ssh-ed25519\n") == .privateKey)
        #expect(kind("-----BEGIN CERTIFICATE-----\n\(body)-----END CERTIFICATE-----\n") == .certificate)
        #expect(
            kind("-----BEGIN CERTIFICATE-----\n\(body)-----BEGIN PRIVATE KEY-----\n\(body)") == .privateKey)
        #expect(kind("-----BEGIN PUBLIC KEY-----\n\(body)") == nil)
        #expect(kind("if line == \"-----BEGIN PRIVATE KEY-----\\n\":\n    raise ValueError") == nil)
        #expect(kind("-----BEGIN PRIVATE KEY-----\n\"\"\"\n") == nil)
        #expect(kind("\u{0}\u{1}", "cacerts.jks") == .keyStore)
    }
}
