/* Limits while programs run, and the account when they end.
 *
 * A tick compares the kernel's figures with the limits; the same comparison is made once more on the final figures, so that the hang
 * and the close call are both found. Memory, processes and disk are the container's and so end every program of the trial; wall,
 * processor time and output are each program's own. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "spawn.h"
#include "user.h"
#include "watch.h"
#include "wire.h"

static struct figures at_begin;

void programs_begin(void) {
  at_begin = kernel_read();
}

static uint64_t us(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static uint64_t usage_us(const struct rusage *usage) {
  return us(usage->ru_utime) + us(usage->ru_stime);
}

static uint64_t since(uint64_t now, uint64_t before) {
  return now > before ? now - before : 0;
}

struct live {
  const struct program *program;
  uint64_t cpu_us;
};

static bool foreign_session(const struct program *program, pid_t session) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (programs[i].id && &programs[i] != program && programs[i].pid == session) return true;
  }
  return false;
}

static void add_live(pid_t pid, void *context) {
  struct live *live = context;
  struct stat_line line;
  if (uid_of(pid) == user && stat_of(pid, &line) && !foreign_session(live->program, line.session)) live->cpu_us += line.cpu_us;
}

/* Alone, the group's figure less our own: no process escapes it, not even one whose parent ignores its end. Beside others, what was
 * reaped and what lives; a process that left its session counts for every program that could have started it. */
static uint64_t cpu_us_of(const struct program *program, const struct figures *now, bool *known) {
  *known = true;
  if (program->alone && now->cpu_known) {
    uint64_t trusted = since(cpu_of_us(getpid()) + zygotes_cpu_us(), program->trusted_before_us);
    uint64_t group = since(since(now->cpu_us, program->before.cpu_us), trusted);
    return group > program->reaped_us ? group : program->reaped_us;
  }
  struct live live = {program, 0};
  each_process(add_live, &live);
  return program->reaped_us + live.cpu_us;
}

static uint64_t wall_us_of(const struct program *program) {
  uint64_t until = program->dead ? program->ended_us : now_us();
  uint64_t held = program->held_us + (program->held_since_us ? since(until, program->held_since_us) : 0);
  return since(since(until, program->started_us), held);
}

/* Time in which the main process wanted to run and could not, or wanted to write and we could not take it, is not its own: at most
 * two thirds of it all. */
static bool wall_over(const struct program *program) {
  uint64_t wall = wall_us_of(program), most = program->limits.wall_us;
  if (wall <= most) return false;
  uint64_t delay = program->dead || program->pid == 0 ? program->delay_us : delay_of_us(program->pid);
  uint64_t excused = delay + program->stalled_us;
  return wall - most > (excused < 2 * most ? excused : 2 * most);
}

static enum cause shared_cause(struct program *program, const struct figures *now) {
  uint64_t memory = since(now->memory_bytes, at_begin.memory_bytes);
  if (memory > program->peak_bytes) program->peak_bytes = memory;
  if (now->oom_kills > program->before.oom_kills) return MEMORY;
  if (now->memory_known && memory > program->limits.memory_bytes) return MEMORY;
  if (now->forks_refused > program->before.forks_refused) return TASKS;
  if (!program->dead && (!now->tasks_known || now->tasks > program->limits.processes) &&
      user_count(0) > program->limits.processes) {
    return TASKS;
  }
  return files_full(program->limits.disk_bytes) ? DISK : NONE;
}

static enum cause own_cause(const struct program *program, const struct figures *now) {
  bool known;
  if (cpu_us_of(program, now, &known) > program->limits.cpu_us && known) return CPU;
  return wall_over(program) ? WALL : NONE;
}

static void check(struct program *program, const struct figures *now) {
  enum cause shared = shared_cause(program, now);
  if (program->cause != NONE) return;
  enum cause cause = shared != NONE ? shared : own_cause(program, now);
  if (cause == NONE) return;
  if (!program->dead) return program_kill(program, cause);
  program->cause = cause;
}

void programs_tick(uint64_t passed_us) {
  struct figures now = kernel_read();
  for (struct program *program = programs; program < programs + PROGRAMS; program++) {
    if (!program->id || program->dead) continue;
    if (wire_unsent() >= WIRE_FULL) program->stalled_us += passed_us;
    if (program->kill) program_kill(program, NONE); /* again: it may have been asked for before there was a process */
    else check(program, &now);
  }
}

static void ended(struct program *program, int status, const struct rusage *usage, uint64_t delay_us) {
  program->dead = true;
  program->ended_us = now_us();
  program->status = status;
  program->delay_us = delay_us;
  program->peak_seen_bytes = (uint64_t)usage->ru_maxrss * 1024;
}

void program_came(struct program *program, pid_t pid) {
  program->pid = pid;
  if (program->kill) program_kill(program, program->cause);
}

void program_failed(struct program *program, const char *reason) {
  struct figures now = kernel_read();
  if (now.oom_kills > program->before.oom_kills) program->cause = MEMORY;
  else if (now.forks_refused > program->before.forks_refused) program->cause = TASKS;
  if (program->cause != NONE) return ended(program, SIGKILL, &(struct rusage){0}, 0); /* others of the trial left it no room */
  wire_failed(program->id, "%s", reason);
  program_release(program);
}

/* Adds an ended process to the account of the programs that may have started it. */
static void charge(pid_t session, const struct rusage *usage) {
  for (struct program *program = programs; program < programs + PROGRAMS; program++) {
    if (program->id && !foreign_session(program, session)) program->reaped_us += usage_us(usage);
  }
}

static struct program *program_of(pid_t pid) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (programs[i].id && !programs[i].dead && programs[i].pid == pid) return &programs[i];
  }
  return NULL;
}

/* Waits for every child that has ended; programs whose main process is among them become `dead`. A stranger may be one of which a
 * zygote has yet to tell: it is asked before the process goes, because then its number may be another's. */
static void collect(void) {
  for (;;) {
    siginfo_t info = {0};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    pid_t pid = info.si_pid;
    if (!program_of(pid) && !is_zygote(pid)) zygotes_settle();
    struct stat_line line = {0};
    uint64_t delay = delay_of_us(pid);
    stat_of(pid, &line);
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) != pid || zygote_died(pid)) continue;
    charge(line.session, &usage);
    struct program *program = program_of(pid);
    if (program) ended(program, status, &usage, delay);
  }
}

/* Waits until no process of the session, or of the user at all, is left; they have been killed. */
static void gone(pid_t session) {
  for (uint64_t start = now_us(); user_count(session) > 0; usleep(200)) {
    collect();
    if (session == 0) user_kill_all();
    else user_kill_session(session);
    if (now_us() - start < 10 * 1000 * 1000) continue;
    odd = "a process does not die";
    return;
  }
  collect();
}

static bool any_other(const struct program *program) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (programs[i].id && &programs[i] != program) return true;
  }
  return false;
}

static void account(struct program *program) {
  pid_t session = any_other(program) ? program->pid : 0;
  bool leftovers = program->pid != 0 && user_count(session) > 0;
  if (leftovers && !program->kill) {
    if (session) user_kill_session(session);
    else user_kill_all();
  }
  gone(session);
  program_drain(program);
  struct figures now = kernel_read();
  check(program, &now);
  if (WIFSIGNALED(program->status) && WTERMSIG(program->status) == SIGXFSZ && program->cause == NONE) program->cause = DISK;
  bool known;
  uint64_t cpu = cpu_us_of(program, &now, &known);
  uint64_t memory = program->peak_bytes > program->peak_seen_bytes ? program->peak_bytes : program->peak_seen_bytes;
  uint8_t *at = wire_frame(OUT_ENDED, program->id, 30);
  bool signaled = WIFSIGNALED(program->status);
  at[0] = program->cause != NONE ? 2 : signaled ? 1 : 0;
  store_u32(at + 1, program->cause != NONE ? (uint32_t)program->cause
                    : signaled             ? (uint32_t)WTERMSIG(program->status)
                                           : (uint32_t)WEXITSTATUS(program->status));
  at[5] = (uint8_t)(leftovers | program->out.truncated << 1 | program->err.truncated << 2 | known << 3 | (memory > 0) << 4);
  store_u64(at + 6, wall_us_of(program));
  store_u64(at + 14, cpu);
  store_u64(at + 22, memory);
  program_release(program);
}

void programs_reap(void) {
  collect();
  for (struct program *program = programs; program < programs + PROGRAMS; program++) {
    if (program->id && program->dead) account(program);
  }
}

void programs_end(void) {
  for (uint64_t start = now_us(); programs_any(); usleep(200)) {
    for (struct program *program = programs; program < programs + PROGRAMS; program++) {
      if (program->id && !program->dead) program_kill(program, NONE);
    }
    zygote_read();
    programs_reap();
    if (now_us() - start < 20 * 1000 * 1000) continue;
    odd = "a program does not end";
    return;
  }
  user_kill_all();
  gone(0);
}
