import EdgeprofAPI

extension FieldChecker {
    mutating func check(_ request: JobRequest) {
        require((1...100).contains(request.models.count), "models", "must name 1 to 100 models")
        require(Set(request.models).count == request.models.count, "models", "names a model twice; use repetitions")
        for model in request.models { require(text: model, "models", bytes: 1...200) }
        require(request.repetitions, "repetitions", in: 1...1000)
        check(labels: request.labels)
        if let tier = request.tier { require(text: tier, "tier", bytes: 1...64) }
        if let priority = request.priority { require(priority, "priority", in: -100...100) }
        if let seconds = request.everySeconds { require(seconds, "everySeconds", in: 60...31_536_000) }
        if let isa = request.settings.isa { require(text: isa, "settings.isa", bytes: 1...64) }
        // Bounds are those of the measurement itself; a count the agent chooses is not there to be checked.
        let settings = request.settings.resolved(usableCpus: 1)
        for problem in settings.problems() { require(false, "settings", problem) }
    }

    mutating func check(_ request: TokenRequest) {
        require(request.role != .agent, "role", "agent tokens are made by enrolment only")
        if let seconds = request.expiresInSeconds { require(seconds, "expiresInSeconds", in: 1...3_155_760_000) }
        if request.autoAccept != nil {
            require(request.role == .enrollment, "autoAccept", "is for role enrollment only")
        }
        guard let uses = request.maximumUses else { return }
        require(uses, "maximumUses", in: 1...1_000_000)
        require(request.role == .enrollment, "maximumUses", "is for role enrollment only")
    }
}
