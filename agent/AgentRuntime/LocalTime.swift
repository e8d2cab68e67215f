internal import Glibc

/// What clocks on the box's wall show.
enum LocalTime {
    /// Seconds the local time is ahead of UTC just now, by the system's time zone or `TZ`.
    static func utcOffsetSeconds() -> Int {
        var now = time(nil)
        var local = tm()
        // localtime_r need not look at a zone that was set meanwhile.
        tzset()
        return localtime_r(&now, &local) == nil ? 0 : local.tm_gmtoff
    }
}
