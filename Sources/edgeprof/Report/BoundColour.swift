import EdgeprofAPI

/// The colour a page gives to what bounds a layer; told apart by people who see few colours, too (Okabe and Ito).
enum BoundColour {
    /// The colour in a page's style.
    static func of(_ bound: Run.Roofline.Bound?) -> String {
        switch bound {
        case .compute: "#0072b2"
        case .l1: "#56b4e9"
        case .l2: "#009e73"
        case .l3: "#e69f00"
        case .memory: "#d55e00"
        case nil: "#999999"
        }
    }

    /// What bounds a layer, in words.
    static func words(_ bound: Run.Roofline.Bound?) -> String {
        switch bound {
        case .compute: "arithmetic"
        case .l1: "first-level cache"
        case .l2: "second-level cache"
        case .l3: "third-level cache"
        case .memory: "memory"
        case nil: "unknown"
        }
    }
}
