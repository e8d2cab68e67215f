import CollectorStore
import EdgeprofAPI
import Hummingbird

/// What a Prometheus server scrapes.
struct MetricsController: Sendable {
    let store: any Store
    let gate: Gate
    let metrics: CollectorMetrics

    var endpoints: [Endpoint] { [Endpoint(.get, "/metrics", .readers, respond: scrape)] }

    @Sendable private func scrape(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let accepted = request.headers[values: .accept].joined(separator: ",")
        let format: MetricText.Format = accepted.contains("application/openmetrics-text") ? .openMetrics : .prometheus
        var text = MetricText(format)
        metrics.write(to: &text)
        gauge(&text, "edgeprof_http_requests_in_flight", "Requests worked on.", Double(gate.requestsInFlight))
        gauge(&text, "edgeprof_http_polls_held", "Agents that wait for work.", Double(gate.heldRequests))
        gauge(&text, "edgeprof_http_connections", "Connections open.", Double(gate.connections.count))
        text.family("edgeprof_http_refused", .counter, "Requests and connections refused, by the limit they met.")
        for refusal in Refusal.allCases {
            text.sample("edgeprof_http_refused_total", [("limit", refusal.rawValue)], Double(gate.refusals[refusal]))
        }
        let version = Double(try await store.dataVersion())
        gauge(&text, "edgeprof_store_data_version", "Grows with runs, accuracies and tiers.", version)
        text.family("edgeprof_build", .info, "The program.")
        text.sample("edgeprof_build_info", [("version", Edgeprof.version)], 1)
        ProcessFigures().write(to: &text)
        let body = ByteBuffer(string: text.finished())
        return Response(
            status: .ok,
            headers: [.contentType: format.contentType, .contentLength: "\(body.readableBytes)"],
            body: ResponseBody(byteBuffer: body)
        )
    }

    private func gauge(_ text: inout MetricText, _ name: String, _ help: String, _ value: Double) {
        text.family(name, .gauge, help)
        text.sample(name, value)
    }
}

/// Measures requests.
struct MetricsMiddleware: RouterMiddleware {
    typealias Context = CollectorContext

    let metrics: CollectorMetrics

    func handle(
        _ request: Request,
        context: CollectorContext,
        next: (Request, CollectorContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await CollectorMetrics.$current.withValue(metrics) { try await next(request, context) }
        metrics.count(
            // Routes begin with a slash; the router has a word of its own for none.
            route: context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil },
            method: request.method.rawValue,
            status: response.status.code,
            seconds: (ContinuousClock.now - start) / .seconds(1)
        )
        return response
    }
}
