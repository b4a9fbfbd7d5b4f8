import OCI
import Testing

struct PlatformTests {
    @Test(arguments: [
        "linux/amd64", "linux/arm/v7", "windows(10.0.20348.1)/amd64", "linux(+remote)/amd64",
        "windows(10.0+win32k+x)/arm64/v8",
    ])
    func `a platform is read as it is shown`(_ text: String) throws {
        #expect(try #require(Platform(text)).description == text)
    }

    @Test(arguments: [
        "", "linux", "linux/", "/amd64", "a/b/c/d", "linux//v7", "linux(/amd64", "(1)/amd64",
        "linux(1+)/amd64",
    ])
    func `anything else is none`(_ text: String) { #expect(Platform(text) == nil) }

    @Test func `only what was asked for matters`() throws {
        let server = try #require(Platform("windows(10.0.20348.2322+win32k)/amd64"))
        for wanted in [
            "windows/amd64", "windows(10)/amd64", "windows(10.0.20348)/amd64", "windows(+win32k)/amd64",
        ] {
            #expect(server.satisfies(try #require(Platform(wanted))), "\(wanted)")
        }
        for wanted in [
            "windows(10.0.2034)/amd64", "windows(10.0.17763)/amd64", "windows(+other)/amd64", "linux/amd64",
        ] {
            #expect(!server.satisfies(try #require(Platform(wanted))), "\(wanted)")
        }
    }

    @Test func `a variant that was not asked for does not matter`() {
        let v8 = Platform(os: "linux", architecture: "arm64", variant: "v8")
        #expect(v8.satisfies(Platform(os: "linux", architecture: "arm64")))
        #expect(v8.satisfies(v8))
        #expect(!v8.satisfies(Platform(os: "linux", architecture: "arm64", variant: "v9")))
        #expect(!v8.satisfies(Platform(os: "linux", architecture: "amd64")))
    }

    @Test func `names that mean the same machine are one`() throws {
        for (stated, wanted, isSame) in [
            ("linux/amd64", "linux/x86_64", true), ("linux/amd64", "Linux/AMD64", true),
            ("linux/amd64", "linux/amd64/v1", true), ("linux/amd64", "linux/amd64/v3", false),
            ("linux/arm64", "linux/aarch64", true), ("linux/arm64", "linux/arm64/v8", true),
            ("linux/arm64/v8", "linux/aarch64", true), ("linux/386", "linux/i386", true),
            ("linux/arm/v7", "linux/armhf", true), ("linux/arm/v6", "linux/armhf", false),
            ("linux/arm/v6", "linux/armel", true), ("linux/arm/v7", "linux/arm/7", true),
            ("linux/arm", "linux/arm/v7", true), ("linux/arm/v6", "linux/arm", true),
            ("linux/riscv64", "linux/amd64", false),
        ] {
            let platform = try #require(Platform(stated))
            #expect(platform.satisfies(try #require(Platform(wanted))) == isSame, "\(stated), \(wanted)")
        }
    }
}
