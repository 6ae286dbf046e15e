#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spawn.h"
#include "user.h"
#include "watch.h"
#include "wire.h"

struct program programs[PROGRAMS];
const char *odd;

struct program *program_find(uint32_t id) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (id && programs[i].id == id) return &programs[i];
  }
  return NULL;
}

bool programs_any(void) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (programs[i].id) return true;
  }
  return false;
}

bool programs_dead(void) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (programs[i].id && programs[i].dead) return true;
  }
  return false;
}

static void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static void close_ends(struct ends *ends) {
  close_fd(&ends->in);
  close_fd(&ends->out);
  close_fd(&ends->err);
  close_fd(&ends->channel);
}

static void program_free(struct program *program) {
  close_fd(&program->in.fd);
  close_fd(&program->out.fd);
  close_fd(&program->err.fd);
  close_fd(&program->chan_in.fd); /* the same socket as chan_out's */
  free(program->in.bytes);
  free(program->chan_in.bytes);
  program->id = 0;
}

/* Our ends do not block, theirs do. */
static bool connect_ends(struct program *program, struct ends *ends, bool channel) {
  int in[2], out[2], err[2], both[2] = {-1, -1};
  if (pipe2(in, O_CLOEXEC) != 0) return false;
  program->in.fd = in[1], ends->in = in[0];
  if (pipe2(out, O_CLOEXEC) != 0) return false;
  program->out.fd = out[0], ends->out = out[1];
  if (pipe2(err, O_CLOEXEC) != 0) return false;
  program->err.fd = err[0], ends->err = err[1];
  if (channel && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0) return false;
  program->chan_in.fd = program->chan_out.fd = both[0], ends->channel = both[1];
  int ours[] = {in[1], out[0], err[0], both[0]};
  for (int i = 0; i < 4; i++) {
    if (ours[i] >= 0) fcntl(ours[i], F_SETFL, O_NONBLOCK);
  }
  program->in.bytes = malloc(WINDOW);
  program->chan_in.bytes = channel ? malloc(WINDOW) : NULL;
  return program->in.bytes && (!channel || program->chan_in.bytes);
}

void program_start(const struct frame *frame) {
  struct start *start = start_parse(frame);
  if (!start || frame->id == 0 || user == 0 || program_find(frame->id)) die("bad start frame");
  struct program *program = programs;
  while (program < programs + PROGRAMS && program->id) program++;
  if (program == programs + PROGRAMS) return wire_failed(frame->id, "too many programs at once"), free(start);
  bool alone = !programs_any();
  for (int i = 0; i < PROGRAMS && !alone; i++) programs[i].alone = false;
  *program = (struct program){.id = frame->id, .cause = NONE, .limits = start->limits, .alone = alone};
  program->in.fd = program->out.fd = program->err.fd = program->chan_in.fd = program->chan_out.fd = -1;
  program->window = 4 * WINDOW;
  program->started_us = now_us();
  program->before = kernel_read();
  program->trusted_before_us = cpu_of_us(getpid()) + zygotes_cpu_us();
  struct ends ends = {-1, -1, -1, -1};
  const char *trouble = NULL;
  char reason[256];
  if (!connect_ends(program, &ends, start->channel)) trouble = "no pipes";
  else if (start->zygote) trouble = zygote_ask(frame->id, start, &ends);
  else if ((program->pid = spawn(start, &ends, reason, sizeof reason)) < 0) program->pid = 0, trouble = reason;
  close_ends(&ends);
  free(start);
  if (trouble) program_failed(program, trouble);
}

static void pump_in(struct program *program, struct inlet *inlet) {
  size_t done = 0;
  while (inlet->fd >= 0 && inlet->from < inlet->until) {
    bool channel = inlet == &program->chan_in;
    size_t size = inlet->until - inlet->from;
    ssize_t n = channel ? send(inlet->fd, inlet->bytes + inlet->from, size, MSG_NOSIGNAL)
                        : write(inlet->fd, inlet->bytes + inlet->from, size);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0 && errno == EINTR) continue;
    /* It closed its end: what we still have for it is dropped, and so is what will come. */
    if (n < 0) n = (ssize_t)size;
    inlet->from += (size_t)n;
    done += (size_t)n;
  }
  if (inlet->from == inlet->until) {
    inlet->from = inlet->until = 0;
    if (inlet == &program->in && inlet->closing) close_fd(&inlet->fd);
  }
  /* In large steps: each frame wakes the daemon and the engine. The engine is never left waiting, because what it sent last is still
   * here and will bring the sum over the step. */
  inlet->taken += (uint32_t)done;
  if (inlet->taken < WINDOW / 4) return;
  uint8_t *at = wire_frame(OUT_WINDOW, program->id, 5);
  at[0] = inlet == &program->chan_in;
  store_u32(at + 1, inlet->taken);
  inlet->taken = 0;
}

void program_input(struct program *program, struct inlet *inlet, const struct frame *frame) {
  if (inlet->fd < 0) return;
  if (frame->size > WINDOW - (inlet->until - inlet->from)) die("more input than there is room for");
  if (inlet->until + frame->size > WINDOW) {
    memmove(inlet->bytes, inlet->bytes + inlet->from, inlet->until - inlet->from);
    inlet->until -= inlet->from;
    inlet->from = 0;
  }
  memcpy(inlet->bytes + inlet->until, frame->payload, frame->size);
  inlet->until += frame->size;
  pump_in(program, inlet);
}

/* Passes bytes on up to the cap; what comes after is counted and dropped, and ends the program. */
static void pump_out(struct program *program, struct outlet *outlet, uint8_t type, bool last) {
  static uint8_t chunk[64 * 1024];
  while (outlet->fd >= 0 && (last || wire_unsent() < WIRE_FULL)) {
    ssize_t n = read(outlet->fd, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return close_fd(&outlet->fd);
    uint64_t left = program->limits.output_bytes - outlet->total;
    size_t pass = (uint64_t)n < left ? (size_t)n : (size_t)left;
    if (pass > 0) wire_bytes(type, program->id, chunk, pass);
    outlet->total += pass;
    if (pass == (size_t)n) continue;
    outlet->truncated = true;
    program_kill(program, OUTPUT);
    if (!last) return;
  }
}

static void pump_channel(struct program *program, bool last) {
  static uint8_t chunk[64 * 1024];
  struct outlet *outlet = &program->chan_out;
  while (outlet->fd >= 0 && (last || (wire_unsent() < WIRE_FULL && program->window > 0))) {
    size_t most = last || program->window > sizeof chunk ? sizeof chunk : program->window;
    ssize_t n = recv(outlet->fd, chunk, most, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      outlet->fd = -1; /* chan_in closes the socket */
      return;
    }
    wire_bytes(OUT_CHANNEL, program->id, chunk, (size_t)n);
    program->window -= (uint32_t)n < program->window ? (uint32_t)n : program->window;
  }
}

void program_pump(struct program *program) {
  pump_in(program, &program->in);
  pump_in(program, &program->chan_in);
  pump_out(program, &program->out, OUT_STDOUT, false);
  pump_out(program, &program->err, OUT_STDERR, false);
  pump_channel(program, false);
}

static int ask(struct pollfd *fds, int fd, short events) {
  if (fd < 0 || events == 0) return 0; /* without events poll would still wake us for a hangup, again and again */
  *fds = (struct pollfd){fd, events, 0};
  return 1;
}

int program_poll(struct program *program, struct pollfd *fds) {
  bool room = wire_unsent() < WIRE_FULL;
  int n = ask(fds, program->in.fd, program->in.until > program->in.from ? POLLOUT : 0);
  n += ask(fds + n, program->out.fd, room ? POLLIN : 0);
  n += ask(fds + n, program->err.fd, room ? POLLIN : 0);
  n += ask(fds + n, program->chan_out.fd, room && program->window > 0 ? POLLIN : 0);
  n += ask(fds + n, program->chan_in.fd, program->chan_in.until > program->chan_in.from ? POLLOUT : 0);
  return n;
}

static bool others(const struct program *program) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (programs[i].id && &programs[i] != program) return true;
  }
  return false;
}

void program_kill(struct program *program, enum cause cause) {
  if (program->cause == NONE && !program->dead) program->cause = cause;
  program->kill = true;
  if (program->pid == 0) return; /* program_came will see to it */
  if (!program->dead) user_kill(program->pid);
  if (others(program)) user_kill_session(program->pid);
  else user_kill_all();
}

void program_drain(struct program *program) {
  pump_out(program, &program->out, OUT_STDOUT, true);
  pump_out(program, &program->err, OUT_STDERR, true);
  pump_channel(program, true);
}

void program_release(struct program *program) {
  program_free(program);
}
