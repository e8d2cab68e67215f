/// What `/proc/cpuinfo` says of the processors.
///
/// Blocks of `key : value` lines, one block a processor, the keys depending on the architecture. Arm kernels give numbers
/// (`CPU implementer`, `CPU part`) where x86 kernels give a `model name`; see `arch/arm64/kernel/cpuinfo.c` and
/// `arch/x86/kernel/cpu/proc.c` in Linux.
struct CPUInfo: Equatable {
    /// Names of the kinds of core, each once, in the order first met: two on a hybrid Arm processor.
    var models: [String] = []
    /// x86 `flags` or Arm `Features` of the first processor.
    var flags: Set<String> = []
    /// The board as 32-bit and Raspberry Pi kernels give it (`Model`), else nil.
    var board: String?

    /// Parses the file; text without known keys gives an empty value.
    init(parsing text: String) {
        var implementer: String?
        func add(_ model: String) {
            if !models.contains(model) { models.append(model) }
        }
        for line in text.lines {
            guard let (key, value) = line.keyAndValue, !value.isEmpty else { continue }
            switch key {
            case "model name":
                add(String(value))
            case "CPU implementer":
                implementer = String(value)
            case "CPU part":
                add(ArmParts.name(implementer: implementer ?? "", part: String(value)))
            case "flags", "Features":
                if flags.isEmpty { flags = Set(value.words.map(String.init)) }
            case "Model":
                board = String(value)
            default:
                break
            }
        }
        // A 32-bit-compatible arm64 kernel says "ARMv8 Processor rev 3 (v8l)" as well: less than the part's name.
        let named = models.filter { !$0.hasPrefix("ARMv") && !$0.hasPrefix("AArch64 Processor") }
        if !named.isEmpty { models = named }
    }

    /// One name for the whole processor: the kinds of core, joined by a plus sign.
    var model: String? {
        models.isEmpty ? nil : models.joined(separator: " + ")
    }
}
