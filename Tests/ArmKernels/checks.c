// Runs the kernels' checks under an emulated processor; the level named decides which kernels it may try.
#include <stdio.h>
#include <string.h>

int edgeprof_check_kernels(int level);

void edgeprof_report(const char *text) { fputs(text, stdout); }

int main(int count, char **arguments) {
    if (count != 2) {
        fputs("usage: checks neon|neondotprod|neoni8mm\n", stderr);
        return 2;
    }
    const char *names[] = {"neon", "neondotprod", "neoni8mm"};
    for (int level = 0; level < 3; level++) {
        if (strcmp(arguments[1], names[level]) == 0) return edgeprof_check_kernels(level) == 0 ? 0 : 1;
    }
    fprintf(stderr, "checks: no such level: %s\n", arguments[1]);
    return 2;
}
