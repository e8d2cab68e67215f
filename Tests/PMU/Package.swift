// swift-tools-version: 6.2
import PackageDescription

// The counters' real sources and a program that checks them, apart from the main package: no dependency has to be fetched or
// cross-compiled to build them for another processor. The folders below Sources are links into the repository's own.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "pmu-checks",
    targets: [
        .target(name: "CHostInfo"),
        .target(name: "HostInfo", dependencies: ["CHostInfo"], swiftSettings: settings),
        .target(name: "CPerfEvent"),
        .target(name: "PerfCounters", dependencies: ["CPerfEvent", "HostInfo"], swiftSettings: settings),
        .target(name: "CKnownLoop"),
        .executableTarget(
            name: "pmu-checks",
            dependencies: ["PerfCounters", "HostInfo", "CKnownLoop"],
            path: "Sources/PMUChecks",
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
