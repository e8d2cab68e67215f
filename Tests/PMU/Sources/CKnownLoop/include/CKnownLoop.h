// A loop whose instructions can be counted on paper.
#ifndef EDGEPROF_CKNOWNLOOP_H
#define EDGEPROF_CKNOWNLOOP_H

#include <stdint.h>

// Runs exactly two instructions a turn, a subtraction and a branch; turns is at least 1.
void edgeprof_known_loop(uint64_t turns);

#endif
