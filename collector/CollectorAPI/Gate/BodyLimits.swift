import Hummingbird

extension Endpoint {
    /// Largest body read, bytes; what is larger gets a 413.
    var bodyLimit: Int {
        switch (method, path) {
        case (.post, "/v1/runs"), (.post, "/v1/runs/import"): CollectorAPI.maximumBodyBytes
        case (.put, "/v1/tiers"): 4 << 20
        case (.post, "/v1/enroll"), (.post, "/v1/agents/:id/heartbeat"), (.put, "/v1/agents/:id/labels"),
            (.put, "/v1/models/:sha256/accuracy"):
            64 << 10
        case (.post, "/v1/agents/:id/token"), (.post, "/v1/tokens"): 4 << 10
        default: 1 << 20
        }
    }

    /// Whether the body goes to the store piece by piece, under a limit of its own.
    var isStreamed: Bool { method == .put && path == "/v1/models/:sha256" }
}
