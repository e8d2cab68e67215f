// swift-tools-version: 6.2
import Foundation
import PackageDescription

// One table of targets, floor by floor, in the order of docs/ARCHITECTURE.md. An arrow never points back up.

/// What every Swift target is compiled with.
let sharedSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Numeric code is optimised in debug builds too, or the tests crawl.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The flags of one instruction-set target.
///
/// They apply to that target alone (docs/kernels.md, "the weak-symbol trap"). Kernels are fast in debug builds too, where
/// their preconditions still hold.
func instructionSet(_ flags: String...) -> [SwiftSetting] {
    [
        .unsafeFlags(["-O"], .when(configuration: .debug)),
        .unsafeFlags(["-Ounchecked"], .when(configuration: .release)),
        .unsafeFlags(flags.flatMap { ["-Xcc", $0] }),
    ]
}

/// The architecture built for: the host's, unless a cross build says otherwise.
#if arch(arm64)
    let hostArchitecture = "arm64"
#else
    let hostArchitecture = "x86_64"
#endif
let architecture = ProcessInfo.processInfo.environment["EDGEPROF_TARGET_ARCH"] ?? hostArchitecture

let instructionSetTargets: [Target] =
    architecture == "x86_64"
    ? [
        .target(name: "CX86Intrinsics", path: "Sources/Engine/Kernels/CX86Intrinsics"),
        .target(
            name: "KernelsAVX2",
            dependencies: ["KernelInterface", "CX86Intrinsics"],
            path: "Sources/Engine/Kernels/KernelsAVX2",
            swiftSettings: instructionSet("-mavx2")
        ),
        .target(
            name: "KernelsAVXVNNI",
            dependencies: ["KernelInterface", "CX86Intrinsics"],
            path: "Sources/Engine/Kernels/KernelsAVXVNNI",
            swiftSettings: instructionSet("-mavx2", "-mavxvnni")
        ),
        .target(
            name: "KernelsAVX512VNNI",
            dependencies: ["KernelInterface", "CX86Intrinsics"],
            path: "Sources/Engine/Kernels/KernelsAVX512VNNI",
            swiftSettings: instructionSet("-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx512vnni")
        ),
    ]
    : [
        .target(name: "CArmIntrinsics", path: "Sources/Engine/Kernels/CArmIntrinsics"),
        .target(
            name: "KernelsNEON",
            dependencies: ["KernelInterface", "CArmIntrinsics"],
            path: "Sources/Engine/Kernels/KernelsNEON",
            swiftSettings: instructionSet("-march=armv8-a")
        ),
        .target(
            name: "KernelsNEONDotProd",
            dependencies: ["KernelInterface", "CArmIntrinsics"],
            path: "Sources/Engine/Kernels/KernelsNEONDotProd",
            swiftSettings: instructionSet("-march=armv8.2-a+dotprod")
        ),
        .target(
            name: "KernelsNEONI8MM",
            dependencies: ["KernelInterface", "CArmIntrinsics"],
            path: "Sources/Engine/Kernels/KernelsNEONI8MM",
            swiftSettings: instructionSet("-march=armv8.2-a+dotprod+i8mm")
        ),
    ]
let instructionSetDependencies: [Target.Dependency] =
    architecture == "x86_64"
    ? ["KernelsAVX2", "KernelsAVXVNNI", "KernelsAVX512VNNI"] : ["KernelsNEON", "KernelsNEONDotProd", "KernelsNEONI8MM"]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let engine: [Target] = [
    .target(name: "NetworkGraph", path: "Sources/Engine/NetworkGraph", swiftSettings: optimized),
    .target(
        name: "Quantization",
        dependencies: ["NetworkGraph"],
        path: "Sources/Engine/Quantization",
        swiftSettings: optimized
    ),
    .target(
        name: "InferenceEngine",
        dependencies: ["NetworkGraph", "Quantization", "KernelInterface", "KernelDispatch", "HostInfo"],
        path: "Sources/Engine/InferenceEngine",
        swiftSettings: optimized
    ),
    .target(
        name: "CacheSimulation",
        dependencies: ["InferenceEngine", "KernelInterface", "NetworkGraph", "Quantization", "HostInfo"],
        swiftSettings: optimized
    ),
    .target(
        name: "FloatInference",
        dependencies: ["NetworkGraph"],
        path: "Sources/Engine/FloatInference",
        swiftSettings: optimized
    ),
    .target(
        name: "KernelInterface",
        path: "Sources/Engine/Kernels/KernelInterface",
        swiftSettings: optimized
    ),
    .target(
        name: "KernelsReference",
        dependencies: ["KernelInterface"],
        path: "Sources/Engine/Kernels/KernelsReference",
        swiftSettings: optimized
    ),
    .target(
        name: "KernelsPortable",
        dependencies: ["KernelInterface"],
        path: "Sources/Engine/Kernels/KernelsPortable",
        swiftSettings: instructionSet()
    ),
    .target(
        name: "KernelDispatch",
        dependencies: ["KernelInterface", "KernelsPortable", "HostInfo"] + instructionSetDependencies,
        path: "Sources/Engine/Kernels/KernelDispatch",
        swiftSettings: optimized
    ),
    .target(
        name: "KernelBenchmark",
        dependencies: ["KernelInterface", "KernelDispatch"],
        path: "Sources/Engine/Kernels/KernelBenchmark",
        swiftSettings: optimized
    ),
]

let models: [Target] = [
    .target(
        name: "ModelZoo",
        dependencies: ["NetworkGraph"],
        path: "Sources/Models/ModelZoo",
        swiftSettings: optimized
    ),
    .target(
        name: "ONNXFormat",
        dependencies: [protobuf],
        path: "Sources/Models/ONNX/Format",
        exclude: ["Protobuf/onnx.proto"],
        swiftSettings: optimized
    ),
    .target(
        name: "ONNXImport",
        dependencies: ["ONNXFormat", "NetworkGraph", "Quantization"],
        path: "Sources/Models/ONNX/Import",
        swiftSettings: optimized
    ),
    .target(
        name: "ONNXExport",
        dependencies: ["ONNXFormat", "NetworkGraph", "Quantization"],
        path: "Sources/Models/ONNX/Export",
        swiftSettings: optimized
    ),
    .target(
        name: "Calibration",
        dependencies: ["NetworkGraph", "Quantization", "FloatInference"],
        path: "Sources/Models/Calibration",
        swiftSettings: optimized
    ),
]

let data: [Target] = [
    .systemLibrary(name: "CPNG", path: "Sources/Data/CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
        name: "CTurboJPEG",
        path: "Sources/Data/CTurboJPEG",
        pkgConfig: "libturbojpeg",
        providers: [.apt(["libturbojpeg0-dev"])]
    ),
    .target(
        name: "Images",
        dependencies: ["CPNG", "CTurboJPEG"],
        path: "Sources/Data/Images",
        swiftSettings: optimized
    ),
    .target(name: "NumPyFiles", path: "Sources/Data/NumPyFiles", swiftSettings: optimized),
    .target(
        name: "Datasets",
        dependencies: ["Images", "NumPyFiles"],
        path: "Sources/Data/Datasets",
        swiftSettings: optimized
    ),
]

let host: [Target] = [
    .target(name: "CHostInfo", path: "Sources/Host/CHostInfo"),
    .target(name: "HostInfo", dependencies: ["CHostInfo"], path: "Sources/Host/HostInfo"),
    .target(name: "CPerfEvent", path: "Sources/Host/CPerfEvent"),
    .target(name: "PerfCounters", dependencies: ["CPerfEvent", "HostInfo"], path: "Sources/Host/PerfCounters"),
    .target(name: "HostProbes", dependencies: ["HostInfo", "PerfCounters"], path: "Sources/Host/HostProbes"),
]

let measurement: [Target] = [
    .target(name: "Statistics", swiftSettings: optimized),
    .target(name: "Checksum", swiftSettings: optimized),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Gzip", dependencies: ["CZlib"]),
    .target(name: "Systemd", dependencies: [logging, serviceLifecycle]),
    .target(name: "EdgeprofAPI"),
    .target(name: "Economics", dependencies: ["Statistics", "EdgeprofAPI"], swiftSettings: optimized),
    .target(name: "Comparison", dependencies: ["Statistics", "EdgeprofAPI"], swiftSettings: optimized),
    .target(
        name: "MeasurementCore",
        dependencies: [
            "InferenceEngine", "KernelDispatch", "PerfCounters", "HostInfo", "HostProbes", "Checksum",
            "Statistics", histogram,
        ],
        swiftSettings: optimized
    ),
    .target(
        name: "Measurement",
        dependencies: [
            "MeasurementCore", "InferenceEngine", "Quantization", "NetworkGraph", "KernelDispatch", "KernelInterface",
            "ModelZoo", "ONNXFormat", "ONNXImport", "ONNXExport", "HostInfo", "HostProbes", "Statistics", "EdgeprofAPI",
            crypto,
        ]
    ),
]

let agent: [Target] = [
    .systemLibrary(
        name: "CCurl",
        path: "agent/CCurl",
        pkgConfig: "libcurl",
        providers: [.apt(["libcurl4-openssl-dev"])]
    ),
    .target(name: "HTTPTransport", dependencies: ["CCurl", "EdgeprofAPI", "Gzip"], path: "agent/HTTPTransport"),
    .target(name: "Spool", dependencies: ["Checksum"], path: "agent/Spool"),
    .target(
        name: "Uploader",
        dependencies: ["HTTPTransport", "Spool", "EdgeprofAPI", logging],
        path: "agent/Uploader"
    ),
    .target(
        name: "AgentRuntime",
        dependencies: [
            "Uploader", "Spool", "HTTPTransport", "HostInfo", "HostProbes", "EdgeprofAPI", "Systemd", crypto, logging,
            serviceLifecycle, unixSignals,
        ],
        path: "agent/AgentRuntime"
    ),
    .executableTarget(
        name: "edgeprof-agent",
        dependencies: [
            "AgentRuntime", "HTTPTransport", "Measurement", "HostInfo", "EdgeprofAPI", "Systemd", argumentParser,
            logging,
        ],
        path: "agent/edgeprof-agent"
    ),
]

let collector: [Target] = [
    .systemLibrary(name: "CPQ", path: "collector/CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .target(name: "WireJSON", dependencies: ["EdgeprofAPI"], path: "collector/WireJSON", swiftSettings: optimized),
    .target(
        name: "CollectorStore",
        dependencies: ["CPQ", "EdgeprofAPI", "Checksum", "Gzip", "Statistics", grdb, crypto],
        path: "collector/CollectorStore"
    ),
    .target(
        name: "CollectorAPI",
        dependencies: [
            "CollectorStore", "Comparison", "Economics", "EdgeprofAPI", "Gzip", "Statistics", "WireJSON", hummingbird,
            logging,
            serviceLifecycle, crypto, nioCore, nioHTTPTypes, nioSSL,
        ],
        path: "collector/CollectorAPI"
    ),
    .executableTarget(
        name: "edgeprof-collector",
        dependencies: [
            "CollectorAPI", "CollectorStore", "EdgeprofAPI", "Systemd", argumentParser, logging, serviceLifecycle,
            hummingbird,
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ],
        path: "collector/edgeprof-collector"
    ),
]

let programs: [Target] = [
    .executableTarget(
        name: "network-benchmarks",
        dependencies: ["InferenceEngine", "NetworkGraph", "Quantization", "KernelDispatch", "ModelZoo", "HostInfo"],
        path: "Benchmarks/Networks"
    ),
    .target(name: "Answering", dependencies: ["InferenceEngine"], path: "Benchmarks/Peers/Answering"),
    .executableTarget(
        name: "locality-benchmark",
        dependencies: [
            "CacheSimulation", "InferenceEngine", "KernelDispatch", "HostInfo", "ModelZoo", "NetworkGraph",
            "Quantization",
        ],
        path: "Benchmarks/Locality"
    ),
    .executableTarget(
        name: "ranking-benchmark",
        dependencies: ["Economics", "EdgeprofAPI", "Statistics"],
        path: "Benchmarks/Ranking"
    ),
    .executableTarget(
        name: "ingest-benchmark",
        dependencies: ["EdgeprofAPI", "Statistics", "Gzip", "WireJSON", crypto, nioCore, nioEmbedded, nioSSL],
        path: "Benchmarks/Ingest",
        exclude: ["ingest.py", "peer.py", "stores.py", "requirements-mlflow.txt"]
    ),
    .executableTarget(
        name: "store-benchmark",
        dependencies: ["CollectorStore", "EdgeprofAPI", "Statistics"],
        path: "Benchmarks/Store",
        exclude: ["store.py"]
    ),
    .executableTarget(
        name: "start-worker",
        dependencies: ["ONNXImport", "InferenceEngine", "KernelDispatch"],
        path: "Benchmarks/Start",
        exclude: ["start.py"]
    ),
    .executableTarget(
        name: "peer-worker",
        dependencies: ["Answering", "ONNXImport", "InferenceEngine", "KernelDispatch"],
        path: "Benchmarks/Peers/ONNXWorker"
    ),
    .executableTarget(
        name: "plan-worker",
        dependencies: ["Answering", "InferenceEngine"],
        path: "Benchmarks/Peers/PlanWorker",
        // As edgeprof-measure, whose start and memory it stands for.
        linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(platforms: [.linux]))]
    ),
    .executableTarget(
        name: "edgeprof-measure",
        dependencies: ["MeasurementCore"],
        // Libraries that are linked out of habit would count as the model's memory.
        linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(platforms: [.linux]))]
    ),
    .executableTarget(
        name: "edgeprof",
        dependencies: [
            "Measurement", "InferenceEngine", "KernelDispatch", "KernelBenchmark", "NetworkGraph", "Quantization",
            "ModelZoo", "HostInfo", "HostProbes", "Economics", "EdgeprofAPI", "HTTPTransport", "ONNXFormat",
            "ONNXImport", "ONNXExport", "Calibration", "FloatInference", "Images", "NumPyFiles", "Datasets",
            "Statistics", "CacheSimulation", "Comparison", argumentParser, yams,
        ]
    ),
]

/// One test target a library, with what its tests use beside it; fixtures are read where they lie.
func tests(_ name: String, _ others: Target.Dependency..., fixtures: String...) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + others, exclude: fixtures)
}

let testTargets: [Target] = [
    tests("NetworkGraph"),
    tests("Quantization", "NetworkGraph"),
    .testTarget(
        name: "InferenceEngineTests",
        dependencies: [
            "InferenceEngine", "NetworkGraph", "Quantization", "KernelInterface", "KernelDispatch", "ModelZoo",
            "HostInfo", "CAllocationCounter",
        ],
        swiftSettings: optimized
    ),
    .testTarget(
        name: "KernelsTests",
        dependencies: ["KernelInterface", "KernelsReference", "KernelDispatch", "KernelBenchmark", "HostInfo"]
            + instructionSetDependencies,
        swiftSettings: optimized
    ),
    .testTarget(
        name: "ModelZooTests",
        dependencies: ["ModelZoo", "NetworkGraph", "Quantization", "FloatInference"],
        swiftSettings: optimized
    ),
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .target(name: "HostTestSupport", dependencies: ["HostInfo"], path: "Tests/HostTestSupport"),
    tests("PerfCounters", "CPerfEvent", "HostInfo", "HostTestSupport", "CAllocationCounter"),
    tests("HostInfo", "HostTestSupport", fixtures: "Fixtures"),
    tests("HostProbes", "HostInfo", "PerfCounters", "HostTestSupport", fixtures: "Fixtures"),
    tests("ONNXFormat", fixtures: "Fixtures"),
    tests("ONNXImport", "ONNXFormat", "NetworkGraph", "Quantization", "InferenceEngine", "KernelDispatch"),
    tests("ONNXExport", "ONNXFormat", "ONNXImport", "ModelZoo", "NetworkGraph", "Quantization"),
    .testTarget(
        name: "CacheSimulationTests",
        dependencies: [
            "CacheSimulation", "InferenceEngine", "KernelDispatch", "KernelInterface", "HostInfo", "ModelZoo",
            "NetworkGraph", "Quantization",
        ],
        swiftSettings: optimized
    ),
    tests("FloatInference", "NetworkGraph", "ModelZoo"),
    tests(
        "Calibration",
        "FloatInference",
        "ModelZoo",
        "NetworkGraph",
        "Quantization",
        "InferenceEngine",
        "KernelDispatch"
    ),
    tests("Images", fixtures: "Fixtures"),
    tests("NumPyFiles"),
    tests("Datasets", "Images", "NumPyFiles"),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"], swiftSettings: optimized),
    tests("Checksum"),
    tests("Gzip"),
    tests("Systemd", logging, serviceLifecycle),
    tests("EdgeprofAPI"),
    .testTarget(
        name: "ComparisonTests",
        dependencies: ["Comparison", "Statistics", "EdgeprofAPI"],
        swiftSettings: optimized
    ),
    .testTarget(
        name: "EconomicsTests",
        dependencies: ["Economics", "Statistics", "EdgeprofAPI", "ProcessTestSupport", yams],
        exclude: ["recompute.py"]
    ),
    tests("MeasurementCore", "Checksum", "HostProbes", "HostInfo", "HostTestSupport", "CAllocationCounter"),
    tests(
        "Measurement",
        "MeasurementCore",
        "EdgeprofAPI",
        "HostInfo",
        "HostProbes",
        "HostTestSupport",
        "ModelZoo",
        "NetworkGraph",
        "ONNXExport",
        "ONNXFormat",
        "Quantization",
        "CAllocationCounter",
        fixtures: "Fixtures"
    ),
    .target(name: "HTTPTestServer", dependencies: ["Gzip"], path: "Tests/HTTPTestServer"),
    tests("HTTPTransport", "EdgeprofAPI", "Gzip", "HTTPTestServer", "ProcessTestSupport"),
    tests("Spool"),
    tests("Uploader", "Spool", "EdgeprofAPI", "HTTPTransport", "HTTPTestServer"),
    tests(
        "AgentRuntime",
        "EdgeprofAPI",
        "HTTPTransport",
        "Spool",
        "Uploader",
        "HTTPTestServer",
        "ProcessTestSupport",
        crypto
    ),
    .target(name: "CSpawn", path: "Tests/CSpawn"),
    .target(name: "ProcessTestSupport", dependencies: ["CSpawn"], path: "Tests/ProcessTestSupport"),
    .target(
        name: "PostgreSQLTestServer",
        dependencies: ["ProcessTestSupport"],
        path: "Tests/PostgreSQLTestServer"
    ),
    tests("WireJSON", "EdgeprofAPI", "Statistics"),
    tests("CollectorStore", "EdgeprofAPI", "Checksum", "Statistics", "PostgreSQLTestServer", grdb),
    tests(
        "CollectorAPI",
        "PostgreSQLTestServer",
        "ProcessTestSupport",
        "CollectorStore",
        "Economics",
        "EdgeprofAPI",
        "Gzip",
        "edgeprof-collector",
        "HTTPTransport",
        hummingbird,
        crypto,
        nioCore,
        logging,
        yams,
        .product(name: "HummingbirdTesting", package: "hummingbird")
    ),
    .executableTarget(
        name: "conformance-runner",
        dependencies: [
            "ONNXImport", "InferenceEngine", "FloatInference", "Quantization", "NetworkGraph", "KernelDispatch",
            "KernelInterface", "NumPyFiles",
        ],
        path: "Tests/ConformanceRunner"
    ),
    .executableTarget(
        name: "network-hashes",
        dependencies: [
            "ModelZoo", "NetworkGraph", "Quantization", "InferenceEngine", "KernelInterface", "KernelDispatch",
            "HostInfo", "MeasurementCore", "EdgeprofAPI",
        ],
        path: "Tests/NetworkHashes",
        swiftSettings: optimized
    ),
    .testTarget(
        name: "edgeprofTests",
        dependencies: [
            "edgeprof", "EdgeprofAPI", "HTTPTransport", "Comparison", "Economics", "InferenceEngine", "Measurement",
            "ModelZoo", "Images",
        ]
    ),
    .testTarget(name: "IntegrationTests", dependencies: ["EdgeprofAPI", "ProcessTestSupport"], exclude: ["Fixtures"]),
]

let package = Package(
    name: "edgeprof",
    products: [
        "edgeprof", "edgeprof-measure", "edgeprof-agent", "edgeprof-collector",
    ].map { .executable(name: $0, targets: [$0]) },
    // Pinned: Package.resolved is not tracked, and a measurement tool must not change under its user.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        // Without its traits, which need full Foundation.
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
    ],
    targets: engine + instructionSetTargets + models + data + host + measurement + agent + collector + programs
        + testTargets,
    swiftLanguageModes: [.v6]
)

for target in package.targets where ![.system, .plugin, .binary].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + sharedSettings
}
