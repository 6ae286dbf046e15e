/* From a start to a process. */
#ifndef SPAWN_H
#define SPAWN_H

#include "program.h"

/* Parses IN_START. The result is one allocation, to be freed; NULL if the frame is broken. */
struct start *start_parse(const struct frame *frame);

/* The program's ends of its pipes; the channel's is -1 where there is none. */
struct ends {
  int in, out, err, channel;
};

/* Forks and executes. Returns the process, or -1 and our trouble as text. A command that cannot be executed is the program's trouble:
 * it exits with 127 or 126 and says so on its stderr. */
pid_t spawn(const struct start *start, const struct ends *ends, char *reason, size_t room);

/* Starts a warm interpreter of ours; answers when it is ready. */
void zygote_start(const struct frame *frame);
/* Sends a start to a zygote; zygote_read will tell its process. Returns NULL, or our trouble. */
const char *zygote_ask(uint32_t id, const struct start *start, const struct ends *ends);
int zygote_poll(struct pollfd *fds);
void zygote_read(void);
/* Waits until every program that was asked for has its process, or will have none. */
void zygotes_settle(void);
/* True if the process was one of ours; then it is no more. */
bool zygote_died(pid_t pid);
bool is_zygote(pid_t pid);
/* Processor time of all of them so far. */
uint64_t zygotes_cpu_us(void);

#endif
