#ifndef REACH_H
#define REACH_H

/* Waits until a TCP port answers: `cell reach ADDRESS PORT`. Returns the exit code: 0, or 2 for bad arguments. */
int reach(int argc, char **argv);

#endif
