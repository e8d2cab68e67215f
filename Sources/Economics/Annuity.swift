import Glibc

/// Present values of payments.
enum Annuity {
    /// The present value of 1 at the end of each year.
    static func factor(years: Int, discount: Double) -> Double {
        (0..<max(0, years)).reduce(0) { $0 + pow(1 + discount, -Double($1 + 1)) }
    }

    /// The present value of buying a thing of price 1 now and again whenever its life ends within the horizon.
    ///
    /// The tolerance keeps a life that divides the horizon from being bought once more through rounding.
    static func purchases(years: Int, lifetimeYears: Double, discount: Double) -> Double {
        var sum = 0.0
        var index = 0.0
        while index * lifetimeYears < Double(years) - 1e-9 {
            sum += pow(1 + discount, -index * lifetimeYears)
            index += 1
        }
        return sum
    }
}
