import Glibc

switch CommandLine.arguments.dropFirst().first {
case "counted": exit(CountedChecks.run())
case "absent": exit(UnavailableChecks.absent())
case "no-system-call": exit(UnavailableChecks.noSystemCall())
case "denied": exit(UnavailableChecks.denied())
case "perfmon": exit(UnavailableChecks.perfmon())
default:
    print("usage: pmu-checks counted | absent | no-system-call | denied | perfmon")
    exit(2)
}
