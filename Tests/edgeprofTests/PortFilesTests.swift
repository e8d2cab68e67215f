import ArgumentParser
import Images
import ModelZoo
import Testing

@testable import edgeprof

@Suite struct PortFilesTests {
    private func assign(_ arguments: [String], _ names: [String], all: Bool = true) throws -> [String?] {
        try PortFiles.assign(arguments, to: names, option: "--input", all: all)
    }

    @Test func filesGoInOrderOrByName() throws {
        #expect(try assign(["x.npy"], ["a"]) == ["x.npy"])
        #expect(try assign(["x.npy", "y.npy"], ["a", "b"]) == ["x.npy", "y.npy"])
        #expect(try assign(["b=y.npy", "a=x.npy"], ["a", "b"]) == ["x.npy", "y.npy"])
        #expect(try assign(["b=y.npy"], ["a", "b"], all: false) == [nil, "y.npy"])
        // Names may hold what they like; a file's name too.
        #expect(try assign(["a=b=x.npy"], ["a", "a=b"], all: false) == [nil, "x.npy"])
        #expect(try assign(["k=1/x.npy"], ["a"], all: false) == ["k=1/x.npy"])
    }

    @Test(arguments: [
        (["x.npy", "y.npy"], ["a"]), (["x.npy"], ["a", "b"]), (["a=x.npy", "a=y.npy"], ["a", "b"]),
        (["a=x.npy", "y.npy"], ["a", "b"]), (["a=x.npy"], ["a", "b"]), ([], ["a"]), (["a="], ["a"]),
        (["k=/nowhere/x.npy"], ["a"]),
    ])
    func whatDoesNotFitIsRefused(arguments: [String], names: [String]) {
        #expect(throws: InputError.self) { try assign(arguments, names) }
    }
}

@Suite struct ClassScoresTests {
    @Test func equalScoresGoByClass() {
        let scores: [Float] = [1, 5, 5, 2, 5]
        #expect((0..<5).map { ClassScores.place(of: $0, in: scores[...]) } == [4, 0, 1, 3, 2])
        #expect(ClassScores.place(of: 1, in: scores[2...]) == 2)
    }

    @Test func notANumberIsNeverRight() {
        #expect(ClassScores.place(of: 0, in: [.nan, 1, 2]) == 2)
        #expect(ClassScores.place(of: 1, in: [.nan, 1, -.infinity]) == 0)
    }
}

@Suite struct TerminalTests {
    @Test func whatATerminalWouldObeyIsWrittenOut() {
        #expect(Terminal.visible("a\u{1b}[2J\rb\u{9b}c") == "a\\u{1B}[2J\\rb\\u{009B}c")
        #expect(Terminal.visible("größe\nb") == "größe\nb")
    }
}

@Suite struct EvaluationArgumentTests {
    @Test func numbersAndSizes() {
        #expect(NumbersArgument(argument: "0.5,1,2")?.numbers == [0.5, 1, 2])
        for text in ["", "1,", "a", "nan", "inf", "1;2"] { #expect(NumbersArgument(argument: text) == nil) }
        #expect(ResizeArgument(argument: "256")?.resize == .shorterSide(256))
        #expect(ResizeArgument(argument: "320x240")?.resize == .exact(width: 320, height: 240))
        #expect(ResizeArgument(argument: "none")?.resize == Preprocessing.Resize.none)
        for text in ["", "0", "-1", "1x2x3", "x", "3x", "65537", "99999999999999999999"] {
            #expect(ResizeArgument(argument: text) == nil)
            #expect(ExtentsArgument(argument: text) == nil)
        }
    }

    @Test(arguments: [
        ["m"], ["m", "--images", "d", "--input", "x"], ["m", "--input", "x"], ["m", "--images", "d", "--limit", "0"],
        ["m", "--images", "d", "--threads", "0"], ["m", "--images", "d", "--threads", "1000"],
        ["m", "--images", "d", "--class-offset", "9999999"], ["m", "--images", "d", "--mean", "x"],
        ["m", "--images", "d", "--plan", "other"], ["--images", "d"],
    ])
    func evaluateRefusesUsageThatMakesNoSense(arguments: [String]) {
        #expect(throws: (any Error).self) { try Evaluate.parse(arguments) }
    }

    @Test func evaluateTakesItsOptions() throws {
        let command = try Evaluate.parse([
            "m", "--images", "d", "--labels", "f", "--resize", "none", "--mean", "0", "--std", "1", "--channel-order",
            "bgr", "--threads", "3", "--class-offset=-1", "--limit", "5", "--isa", "avx2", "--plan", "naive",
        ])
        #expect(command.classOffset == -1 && command.limit == 5 && command.engine.threads == 3)
        let made = try #require(try command.preprocessing.preprocessing(for: [1, 3, 8, 6]))
        #expect(made.cropWidth == 6 && made.cropHeight == 8 && made.resize == Preprocessing.Resize.none)
        #expect(made.mean == [0, 0, 0] && made.channelOrder == .bgr)
        #expect(try command.preprocessing.preprocessing(for: [1, 10]) == nil)
        let cropped = try Evaluate.parse(["m", "--images", "d", "--crop", "6x8"]).preprocessing
        #expect(try cropped.preprocessing(for: [1, 3, 8, 6])?.cropWidth == 6)
        #expect(throws: InputError.self) { try cropped.preprocessing(for: [1, 3, 8, 8]) }
    }

    @Test func runTakesSeveralFiles() throws {
        let command = try RunModel.parse(["m", "--input", "a=x", "--input", "b=y", "--output", "z", "--raw"])
        #expect(command.input == ["a=x", "b=y"] && command.output == ["z"] && command.raw)
        #expect(throws: (any Error).self) { try RunModel.parse(["m", "--input", "x"]) }
        #expect(throws: (any Error).self) { try RunModel.parse(["m", "--output", "x"]) }
    }
}

@Suite struct ClassifierTests {
    @Test func labelsMustFitTheClasses() throws {
        let model = try InferenceModel(try ModelZoo.build(name: "squeezenet1_1", imageSize: 64).graph, threads: 1)
        let classifier = try Classifier(model, scores: nil, model: "M")
        #expect(classifier.classes == 1000 && classifier.output == 0)
        #expect(try classifier.offset(of: [0, 999], asked: nil) == 0)
        #expect(try classifier.offset(of: [1, 1000], asked: -1) == -1)
        let counted = #expect(throws: InputError.self) { try classifier.offset(of: [1, 1000], asked: nil) }
        #expect(counted?.description.contains("--class-offset=-1") == true)
        for (labels, asked) in [([-1, 5], nil), ([0], -1), ([999], 1), ([Int.max], 1), ([Int.max], nil), ([], nil)] {
            #expect(throws: InputError.self) { try classifier.offset(of: labels, asked: asked) }
        }
        #expect(throws: InputError.self) { try Classifier(model, scores: "other", model: "M") }
    }

    @Test func aBackgroundClassIsNotGuessed() throws {
        let classifier = Classifier(output: 0, classes: 1001)
        #expect(throws: InputError.self) { try classifier.offset(of: [0, 999], asked: nil) }
        #expect(try classifier.offset(of: [0, 999], asked: 1) == 1)
        #expect(try classifier.offset(of: [0, 999], asked: 0) == 0)
        #expect(try classifier.offset(of: [1, 1000], asked: nil) == 0)
    }
}
