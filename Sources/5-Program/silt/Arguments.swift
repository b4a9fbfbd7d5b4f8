public import ArgumentParser
public import Delta
public import OCI
public import DeltaPackages

extension Platform: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension DeltaLevel: ExpressibleByArgument {}

extension OutputFormat: ExpressibleByArgument {}

extension OldForm: ExpressibleByArgument {}
