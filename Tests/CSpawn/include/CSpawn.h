#ifndef CSPAWN_H
#define CSPAWN_H

#include <spawn.h>

/// Has the child close all descriptors from a number on; 0 or an error number.
int cspawn_close_from(posix_spawn_file_actions_t *actions, int first);

/// Has the child start in a folder; 0 or an error number.
int cspawn_change_directory(posix_spawn_file_actions_t *actions, const char *path);

#endif
