/* A program's life: started, pumped, watched, ended. Several may run at once, all under the trial's user. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "frame.h"
#include "kernel.h"

enum { PROGRAMS = 16, WINDOW = 256 * 1024 };

/* Which limit ended it; the first one counts. The numbers are those of the protocol. */
enum cause { NONE = -1, WALL, CPU, MEMORY, OUTPUT, TASKS, DISK };

struct limits {
  uint64_t wall_us, cpu_us, memory_bytes, output_bytes, processes, disk_bytes;
};

/* IN_START: u8 flags (1 channel, 2 zygote), six u64 limits (ms, ms, bytes, bytes, count, bytes), string cwd, u32 argc and strings,
 * u32 envc and strings `NAME=value`, u8 zygote. The pointers lead into one allocation. */
struct start {
  bool channel, zygote;
  uint8_t which;
  struct limits limits;
  char *cwd, **argv, **env;
};

/* Bytes on their way into a program: at most WINDOW, the engine keeps count. `taken`: went in, and the engine was not told yet. */
struct inlet {
  int fd;
  bool closing;
  uint8_t *bytes;
  size_t from, until;
  uint32_t taken;
};

/* Bytes on their way out. */
struct outlet {
  int fd;
  uint64_t total;
  bool truncated;
};

struct program {
  uint32_t id; /* 0: a free place */
  pid_t pid;   /* 0: a zygote has yet to tell it */
  bool dead, kill, alone;
  int status;
  enum cause cause;
  struct limits limits;
  struct inlet in, chan_in;
  struct outlet out, err, chan_out;
  uint32_t window;
  struct figures before;
  uint64_t trusted_before_us, started_us, ended_us, held_us, held_since_us, stalled_us;
  uint64_t delay_us, reaped_us, peak_bytes, peak_seen_bytes;
};

extern struct program programs[PROGRAMS];
/* Why this container must not serve another trial, or NULL. */
extern const char *odd;

struct program *program_find(uint32_t id);
/* A zygote tells the process, or that there will be none. */
void program_came(struct program *program, pid_t pid);
void program_failed(struct program *program, const char *reason);
void program_start(const struct frame *frame);
void program_input(struct program *program, struct inlet *inlet, const struct frame *frame);
/* Reads and writes what the program and we have for each other. */
void program_pump(struct program *program);
/* Asks poll for what program_pump can use. Returns how many places it took. */
int program_poll(struct program *program, struct pollfd *fds);
void program_kill(struct program *program, enum cause cause);
/* Checks the limits of all. `passed_us`: since the last time. */
void programs_tick(uint64_t passed_us);
/* Collects the dead, and tells of each program whose main process is. */
void programs_reap(void);
/* Kills and reaps everything of the user. */
void programs_end(void);
bool programs_any(void);
/* Whether the main process of one is dead, and the engine was not told. */
bool programs_dead(void);
/* What this container holds when a trial begins, which is not the trial's. */
void programs_begin(void);

#endif
