/// Someone who is told when each step of a run has ended, to read counters between steps.
///
/// What it does counts into the run: times mean nothing in a run that is listened to.
public protocol StepListener: AnyObject {
    /// A step has ended and the next has not begun.
    ///
    /// Called by whichever thread ends the step, in the order of `Plan.stepInfos`, one call at a time.
    ///
    /// - Parameter index: the step's place in `Plan.stepInfos`.
    func stepEnded(_ index: Int)
}
