/* The supervisor of a cell.
 *
 * Theory of operation. We are PID 1 of a container that has no network, a read-only root and a few small places to write. The engine
 * holds our stdin and stdout and speaks in frames (frame.h). It begins a trial with a user id that was never used here, puts files,
 * starts programs under that user, takes files out, and ends the trial: then every process of the user is killed and reaped, and what
 * it left is wiped and looked for. There is one thread and one loop: it waits for frames, for what programs write, and for children
 * that end; while programs run it also wakes every 20 ms to hold the kernel's figures against the limits.
 *
 * What protects us: we are root with CHOWN, SETUID, SETGID and SETPCAP and nothing else, programs are another user
 * without any capability; PID 1 cannot be signalled from inside, is not dumpable, holds no secrets, and does everything that touches
 * a trial's files or processes as the trial's user. When the engine goes away we end, and the kernel ends the rest. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "files.h"
#include "frame.h"
#include "kernel.h"
#include "program.h"
#include "reach.h"
#include "spawn.h"
#include "user.h"
#include "wire.h"

enum { VERSION = 1, TICK_US = 20 * 1000, FIRST_USER = 100000 };

static void begin(const struct frame *frame) {
  static uid_t last;
  struct cursor cursor = cursor_of(frame);
  uid_t next = take_u32(&cursor);
  if (!cursor.ok || user != 0 || next < FIRST_USER || next > INT32_MAX || next <= last) die("bad begin frame");
  user = last = next;
  if (!files_begin()) die("cannot give the work folder away: %s", strerror(errno));
  programs_begin();
}

struct strays {
  int n;
};

static void find_stray(pid_t pid, void *context) {
  struct strays *strays = context;
  if (!is_zygote(pid)) strays->n++;
}

static void end(uint32_t id) {
  if (user != 0) {
    programs_end();
    const char *left = files_wipe();
    if (left) odd = left;
    user = 0;
  }
  /* The zygotes may be here, and nothing else. */
  struct strays strays = {0};
  each_process(find_stray, &strays);
  if (strays.n > 0) odd = "a process is left";
  wire_ended(odd != NULL, odd ? odd : "", id);
}

static void window(struct program *program, const struct frame *frame) {
  struct cursor cursor = cursor_of(frame);
  uint32_t more = take_u32(&cursor);
  if (!cursor.ok || more > UINT32_MAX - program->window) die("bad window frame");
  program->window += more;
}

static void hold(struct program *program, const struct frame *frame) {
  struct cursor cursor = cursor_of(frame);
  bool on = take_u8(&cursor);
  uint64_t now = now_us();
  if (on && !program->held_since_us) program->held_since_us = now;
  if (on || !program->held_since_us) return;
  program->held_us += now - program->held_since_us;
  program->held_since_us = 0;
}

/* Frames for a program that is no more crossed with the news of its end, and mean nothing. */
static void to_program(struct program *program, const struct frame *frame) {
  if (!program) return;
  switch (frame->type) {
    case IN_STDIN: return program_input(program, &program->in, frame);
    case IN_CHANNEL: return program_input(program, &program->chan_in, frame);
    case IN_CLOSE: program->in.closing = true; return program_pump(program);
    case IN_WINDOW: return window(program, frame);
    case IN_HOLD: return hold(program, frame);
    default: return program_kill(program, NONE);
  }
}

static void obey(const struct frame *frame) {
  switch (frame->type) {
    case IN_BEGIN: return begin(frame);
    case IN_ZYGOTE: return zygote_start(frame);
    case IN_START: return program_start(frame);
    case IN_FILE: return files_create(frame);
    case IN_DATA: return files_append(frame);
    case IN_PUT: return files_put(frame->id);
    case IN_GET: programs_end(); return files_get(frame);
    case IN_END: return end(frame->id);
    case IN_STDIN: case IN_CLOSE: case IN_CHANNEL: case IN_WINDOW: case IN_HOLD: case IN_KILL:
      return to_program(program_find(frame->id), frame);
    default: die("unknown frame type %d", frame->type);
  }
}

/* Reads what the engine sent and does it. */
static void listen_to_engine(void) {
  static uint8_t bytes[2 * FRAME_MAX];
  static size_t until;
  ssize_t n = read(STDIN_FILENO, bytes + until, sizeof bytes - until);
  if (n == 0) exit(0);
  if (n < 0 && errno != EAGAIN && errno != EINTR) die("the engine is gone: %s", strerror(errno));
  if (n > 0) until += (size_t)n;
  size_t from = 0;
  struct frame frame;
  for (long size; (size = frame_parse(bytes + from, until - from, &frame)) != 0; from += (size_t)size) {
    if (size < 0) die("a broken frame");
    obey(&frame);
  }
  memmove(bytes, bytes + from, until - from);
  until -= from;
}

static int children(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) die("signals: %s", strerror(errno));
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) die("signalfd: %s", strerror(errno));
  return fd;
}

/* What there is to do. Looking at everything after each frame took as long again as the frames themselves. */
struct news {
  bool engine, ended, zygotes, programs;
};

static bool any(const struct pollfd *from, const struct pollfd *to) {
  for (; from < to; from++) {
    if (from->revents) return true;
  }
  return false;
}

/* Waits until there is something to do. */
static struct news wait_for(int ended, uint64_t tick_us) {
  struct pollfd fds[8 + PROGRAMS * 5], *at = fds;
  *at++ = (struct pollfd){STDIN_FILENO, POLLIN, 0};
  *at++ = (struct pollfd){ended, POLLIN, 0};
  if (wire_unsent() > 0) *at++ = (struct pollfd){STDOUT_FILENO, POLLOUT, 0};
  struct pollfd *of_zygotes = at;
  at += zygote_poll(at);
  struct pollfd *of_programs = at;
  for (struct program *program = programs; program < programs + PROGRAMS; program++) {
    if (program->id) at += program_poll(program, at);
  }
  uint64_t now = now_us();
  int timeout = !programs_any() ? -1 : now >= tick_us ? 0 : (int)((tick_us - now + 999) / 1000);
  if (poll(fds, (nfds_t)(at - fds), timeout) < 0 && errno != EINTR) die("poll: %s", strerror(errno));
  return (struct news){fds[0].revents != 0, fds[1].revents != 0, any(of_zygotes, of_programs), any(of_programs, at)};
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "reach") == 0) return reach(argc - 2, argv + 2);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (getuid() != 0) die("must be started as root of its container");
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
  int ended = children();
  kernel_open();
  files_open();
  uint8_t *ready = wire_frame(OUT_READY, 0, 4);
  store_u32(ready, VERSION);
  for (uint64_t last = now_us();;) {
    wire_flush(false);
    struct news news = wait_for(ended, last + TICK_US);
    if (news.engine) listen_to_engine();
    if (news.zygotes) zygote_read();
    for (struct program *program = programs; news.programs && program < programs + PROGRAMS; program++) {
      if (program->id) program_pump(program);
    }
    struct signalfd_siginfo child;
    while (news.ended && read(ended, &child, sizeof child) > 0) continue;
    if (news.ended || programs_dead()) programs_reap();
    uint64_t now = now_us();
    if (now - last < TICK_US) continue;
    programs_tick(now - last < 10 * TICK_US ? now - last : TICK_US);
    last = now;
  }
}
