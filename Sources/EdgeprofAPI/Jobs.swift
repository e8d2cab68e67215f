/// `POST /v1/jobs`: asks agents to profile models.
public struct JobRequest: Codable, Sendable, Hashable {
    /// Zoo names of the models or SHA-256s of stored files, in the order they are run.
    public var models: [String]
    /// How each is measured.
    public var settings: JobSettings
    /// Only agents that carry all these labels; empty for all agents.
    public var labels: [String: String]
    /// Repetitions of each model, each in a fresh process; at least 1.
    public var repetitions: Int
    /// Only agents whose host matches this tier of the price list; nil for any.
    public var tier: String?
    /// An agent does what has a higher priority first, -100...100; nil for 0.
    public var priority: Int?
    /// The part of the day, by each agent's own local time, in which measurements may begin; nil for all of it.
    public var window: TimeWindow?
    /// What has not begun by then is given up; a schedule ends.
    public var deadline: Timestamp?
    /// Asks for the same again and again, so many seconds apart; nil for once.
    public var everySeconds: Int?

    /// Makes a request.
    public init(
        models: [String],
        settings: JobSettings,
        labels: [String: String] = [:],
        repetitions: Int = 1,
        tier: String? = nil,
        priority: Int? = nil,
        window: TimeWindow? = nil,
        deadline: Timestamp? = nil,
        everySeconds: Int? = nil
    ) {
        self.models = models
        self.settings = settings
        self.labels = labels
        self.repetitions = repetitions
        self.tier = tier
        self.priority = priority
        self.window = window
        self.deadline = deadline
        self.everySeconds = everySeconds
    }
}

/// A job's measurement settings; what is nil the agent chooses for its box.
public struct JobSettings: Codable, Sendable, Hashable {
    /// How queries arrive.
    public var scenario: Scenario
    /// Threads of each instance; nil for 1.
    public var threads: Int?
    /// Instances; nil for one in `single-stream`, else usable CPUs / threads.
    public var instances: Int?
    /// Highest instruction set; nil for the agent's best.
    public var isa: String?
    /// Plan.
    public var plan: PlanKind
    /// Seconds of timed queries.
    public var durationSeconds: Double
    /// Queries that arrive in a second, in `server` alone.
    public var ratePerSecond: Double?
    /// Seconds of idle power measured before and after, where an agent has an instrument; 0 for none, nil for 5.
    public var idleSeconds: Double?
    /// Seconds that warm-up may go on until clock and heat are steady; nil or 0 for no waiting.
    public var settleSeconds: Double?

    /// Makes job settings.
    public init(
        scenario: Scenario = .offline,
        threads: Int? = nil,
        instances: Int? = nil,
        isa: String? = nil,
        plan: PlanKind = .fused,
        durationSeconds: Double = 5,
        ratePerSecond: Double? = nil,
        idleSeconds: Double? = nil,
        settleSeconds: Double? = nil
    ) {
        self.scenario = scenario
        self.threads = threads
        self.instances = instances
        self.isa = isa
        self.plan = plan
        self.durationSeconds = durationSeconds
        self.ratePerSecond = ratePerSecond
        self.idleSeconds = idleSeconds
        self.settleSeconds = settleSeconds
    }

    /// The settings of a measurement on a box with this many usable CPUs.
    public func resolved(usableCpus: Int) -> MeasurementSettings {
        let threads = threads ?? 1
        let instances = instances ?? (scenario == .singleStream ? 1 : max(1, usableCpus / max(1, threads)))
        return MeasurementSettings(
            threads: threads,
            instances: instances,
            isa: isa,
            plan: plan,
            scenario: scenario,
            durationSeconds: durationSeconds,
            ratePerSecond: ratePerSecond,
            idleSeconds: idleSeconds,
            settleSeconds: settleSeconds
        )
    }
}

/// One model to run on one agent: a job is one assignment per agent, model and repetition.
public struct Assignment: Codable, Sendable, Hashable {
    /// Identifies the assignment; the run that answers it carries this as `assignmentId`.
    public var id: String
    /// The job it belongs to.
    public var jobId: String
    /// Zoo name, or the name of a stored file.
    public var model: String
    /// The stored file to be fetched; nil for a zoo model.
    public var modelSha256: String?
    /// How it is measured.
    public var settings: JobSettings

    /// Makes an assignment.
    public init(id: String, jobId: String, model: String, modelSha256: String? = nil, settings: JobSettings) {
        self.id = id
        self.jobId = jobId
        self.model = model
        self.modelSha256 = modelSha256
        self.settings = settings
    }
}

/// `GET /v1/agents/{id}/jobs?wait=SECONDS`: what the agent is to do next; empty when the wait ran out.
public struct AssignmentList: Codable, Sendable, Hashable {
    /// In the order to be run.
    public var assignments: [Assignment]

    /// Makes a list.
    public init(assignments: [Assignment]) {
        self.assignments = assignments
    }
}

/// A job and how far it has come.
public struct JobRecord: Codable, Sendable, Hashable {
    /// Identifier.
    public var id: String
    /// What was asked.
    public var request: JobRequest
    /// When, by the collector's clock.
    public var createdAt: Timestamp
    /// Assignments made; fixed when the job is created.
    public var total: Int
    /// Assignments whose run has been stored, or rejected for good.
    public var finished: Int
    /// Of those, runs with another outcome than `ok`, and those that never will have a run.
    public var failed: Int
    /// Of those, the ones that never will have a run: rejected, cancelled or expired.
    public var closed: Int?
    /// Of those, the ones that had not begun by the deadline.
    public var expired: Int?
    /// When somebody cancelled it.
    public var cancelledAt: Timestamp?
    /// The first job of the schedule it is a round of, which stands for the schedule; nil for a job of its own.
    public var scheduleId: String?
    /// When the schedule's next round is due; nil unless this is the first job of one that goes on.
    public var nextAt: Timestamp?

    /// Makes a record.
    public init(
        id: String,
        request: JobRequest,
        createdAt: Timestamp,
        total: Int,
        finished: Int,
        failed: Int,
        closed: Int? = nil,
        expired: Int? = nil,
        cancelledAt: Timestamp? = nil,
        scheduleId: String? = nil,
        nextAt: Timestamp? = nil
    ) {
        self.id = id
        self.request = request
        self.createdAt = createdAt
        self.total = total
        self.finished = finished
        self.failed = failed
        self.closed = closed
        self.expired = expired
        self.cancelledAt = cancelledAt
        self.scheduleId = scheduleId
        self.nextAt = nextAt
    }

    /// Whether every assignment has its run, or never will.
    public var isDone: Bool { finished >= total }
}

/// `GET /v1/jobs`.
public struct JobList: Codable, Sendable, Hashable {
    /// Newest first.
    public var jobs: [JobRecord]

    /// Makes a list.
    public init(jobs: [JobRecord]) {
        self.jobs = jobs
    }
}
