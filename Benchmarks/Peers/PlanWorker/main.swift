// edgeprof's side of `make bench-peers` from a packed plan, linked like edgeprof-measure: a second start, from the cache.
// usage: plan-worker MODEL.plan THREADS     then as Answering.serve
//        plan-worker MODEL.plan --runs N    runs N inferences and ends, for an instruction counter (scripts/bench-check.sh)

import Answering
import InferenceEngine

let started = Answering.now()
let arguments = CommandLine.arguments
do {
    if arguments.count == 3, let threads = Int(arguments[2]) {
        try Answering.serve(try MappedPlan.load(path: arguments[1]), threads: threads, started: started)
    } else if arguments.count == 4, arguments[2] == "--runs", let runs = Int(arguments[3]), runs > 0 {
        let executor = try Answering.executor(try MappedPlan.load(path: arguments[1]), threads: 1)
        for _ in 0..<runs { executor.run() }
    } else {
        Answering.stop("usage: plan-worker MODEL.plan THREADS, or plan-worker MODEL.plan --runs N")
    }
} catch {
    Answering.stop("plan-worker: \(error)")
}
