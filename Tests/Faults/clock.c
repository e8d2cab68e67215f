// A clock that lies, preloaded into a program: the time of day jumps by the seconds in a file, or all time runs faster.
//
// libfaketime would do, but it calls setenv before main, and Swift finds a program's arguments beside the environment.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static volatile const int64_t *step_seconds;
static int64_t speed = 1;
static int64_t start[CLOCK_TAI + 1];

static int64_t real_nanoseconds(clockid_t clock) {
    struct timespec now = {0, 0};
    syscall(SYS_clock_gettime, clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("EDGEPROF_CLOCK_FILE"), *text = getenv("EDGEPROF_CLOCK_SPEED");
    int descriptor = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor >= 0) {
        void *page = mmap(NULL, 8, PROT_READ, MAP_SHARED, descriptor, 0);
        if (page != MAP_FAILED) step_seconds = page;
        close(descriptor);
    }
    for (int clock = 0; clock <= CLOCK_TAI; clock++) start[clock] = real_nanoseconds(clock);
    if (text && atoi(text) > 1) speed = atoi(text);
}

static int runs_on(clockid_t clock) {
    return clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID && clock >= 0 && clock <= CLOCK_TAI;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (!runs_on(clock)) return syscall(SYS_clock_gettime, clock, now);
    int64_t time = start[clock] + (real_nanoseconds(clock) - start[clock]) * speed;
    if ((clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && step_seconds) time += *step_seconds * 1000000000;
    now->tv_sec = time / 1000000000;
    now->tv_nsec = time % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec time;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &time);
    now->tv_sec = time.tv_sec;
    now->tv_usec = time.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    if (now) *now = time.tv_sec;
    return time.tv_sec;
}

static int shorter(int milliseconds) {
    return milliseconds <= 0 ? milliseconds : (int)((milliseconds + speed - 1) / speed);
}

int poll(struct pollfd *files, nfds_t count, int timeout) {
    static int (*next)(struct pollfd *, nfds_t, int);
    if (!next) next = dlsym(RTLD_NEXT, "poll");
    return next(files, count, shorter(timeout));
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout) {
    static int (*next)(int, struct epoll_event *, int, int);
    if (!next) next = dlsym(RTLD_NEXT, "epoll_wait");
    return next(epoll, events, count, shorter(timeout));
}

// libdispatch and Swift's clocks sleep on these, until a moment of the clock that lies.
int timerfd_settime(int timer, int flags, const struct itimerspec *wanted, struct itimerspec *before) {
    static int (*next)(int, int, const struct itimerspec *, struct itimerspec *);
    if (!next) next = dlsym(RTLD_NEXT, "timerfd_settime");
    struct itimerspec real = *wanted;
    int64_t value = (int64_t)real.it_value.tv_sec * 1000000000 + real.it_value.tv_nsec;
    if (speed > 1 && value > 0) {
        if (flags & TFD_TIMER_ABSTIME) {
            // Which clock it is of is not told; the nearest one is.
            clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME}, nearest = CLOCK_MONOTONIC;
            int64_t least = INT64_MAX;
            for (int index = 0; index < 3; index++) {
                struct timespec now;
                clock_gettime(clocks[index], &now);
                int64_t distance = llabs(value - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec));
                if (distance < least) least = distance, nearest = clocks[index];
            }
            value = start[nearest] + (value - start[nearest]) / speed;
        } else {
            value = value / speed;
        }
        if (value < 1) value = 1;
        real.it_value.tv_sec = value / 1000000000;
        real.it_value.tv_nsec = value % 1000000000;
    }
    return next(timer, flags, &real, before);
}
