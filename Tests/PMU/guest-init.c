// The first process of the emulated machine: sets perf_event_paranoid, runs the checks as root or as a user without privileges,
// and switches the machine off. Which checks is a word on the kernel's command line: checks=pmu or checks=nopmu.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { nobody = 65534 };

static void set_paranoid(const char *level) {
    int file = open("/proc/sys/kernel/perf_event_paranoid", O_WRONLY);
    int failed = file < 0 || write(file, level, strlen(level)) < 0;
    if (failed) printf("guest: perf_event_paranoid cannot be set to %s: %s\n", level, strerror(errno));
    if (file >= 0) close(file);
}

// Leaves root for a user without privileges, with one capability kept or none (-1).
static int become_nobody(int capability) {
    if (prctl(PR_SET_KEEPCAPS, 1) != 0 || setgroups(0, NULL) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0) return -1;
    if (capability < 0) return 0;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2] = {{0, 0, 0}, {0, 0, 0}};
    unsigned bit = 1u << (capability % 32);
    struct __user_cap_data_struct *set = &sets[capability / 32];
    set->effective = set->permitted = set->inheritable = bit;
    if (syscall(SYS_capset, &header, sets) != 0) return -1;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
}

// The real measuring process on a packed plan, as a user without privileges; what it writes goes to the console in hexadecimal.
static void measure(void) {
    int plan = open("/plan", O_RDONLY);
    if (plan < 0) return;
    int record = open("/record", O_RDWR | O_CREAT | O_TRUNC, 0644);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        // Out of the way of the numbers they get.
        int from_plan = dup2(plan, 20), from_record = dup2(record, 21);
        if (dup2(from_plan, 4) != 4 || dup2(from_record, 3) != 3 || become_nobody(-1) != 0) _exit(126);
        char *const arguments[] = {"edgeprof-measure", "--plan", "4", "--record", "3", "--threads", "1", "--instances", "1",
                                   "--nanoseconds", "400000000", "--layers", NULL};
        char *const environment[] = {NULL};
        execve("/edgeprof-measure", arguments, environment);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) printf("guest: edgeprof-measure could not be run\n");
    printf("guest: measure ended with status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    unsigned char bytes[32];
    ssize_t count;
    for (off_t at = 0; (count = pread(record, bytes, sizeof bytes, at)) > 0; at += count) {
        printf("RECORD ");
        for (ssize_t i = 0; i < count; i++) printf("%02x", bytes[i]);
        printf("\n");
    }
    close(record);
    close(plan);
}

static void run(const char *checks, int as_root, int capability) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (!as_root && become_nobody(capability) != 0) {
            printf("guest: privileges cannot be dropped: %s\n", strerror(errno));
            fflush(stdout);
            _exit(126);
        }
        char *const arguments[] = {"pmu-checks", (char *)checks, NULL};
        char *const environment[] = {NULL};
        execve("/pmu-checks", arguments, environment);
        printf("guest: /pmu-checks cannot be started: %s\n", strerror(errno));
        fflush(stdout);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) printf("guest: %s could not be run\n", checks);
    printf("guest: %s ended with status %d\n", checks, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int main(void) {
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    char line[512] = "";
    int file = open("/proc/cmdline", O_RDONLY);
    if (file >= 0 && read(file, line, sizeof line - 1) < 0) printf("guest: no command line\n");
    if (strstr(line, "checks=nopmu")) {
        run("absent", 1, -1);
    } else {
        // What an unprivileged user may count at the kernel's default, then what Debian's stricter level leaves.
        set_paranoid("2");
        run("counted", 0, -1);
        measure();
        set_paranoid("3");
        run("denied", 0, -1);
        run("perfmon", 0, CAP_PERFMON);
        run("counted", 1, -1);
    }
    printf("guest: done\n");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
