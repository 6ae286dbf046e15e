/* Warm interpreters. A zygote is a trusted process of ours, root as we are, that no program can reach: other user, not dumpable.
 *
 * It listens on a SOCK_SEQPACKET socket, its descriptor 3. When it is warm it says "ready". Each request is a packet of strings that
 * end with NUL (program id, uid, open files, file size, processes, cwd, then the environment) with four descriptors (stdin, stdout,
 * stderr, channel). It forks a child that is ours, so that wait4 tells its figures, and answers "id pid". */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spawn.h"
#include "user.h"
#include "wire.h"

enum { ZYGOTES = 4, REQUEST = 64 * 1024, SETTLE_US = 60 * 1000 * 1000 };

struct zygote {
  pid_t pid; /* 0: not there */
  int fd;
  bool ready;
  uint32_t id; /* of the request that started it */
};

static struct zygote zygotes[ZYGOTES];
static int count;

void zygote_start(const struct frame *frame) {
  struct cursor cursor = cursor_of(frame);
  uint32_t argc = take_u32(&cursor);
  char *argv[16];
  if (argc == 0 || argc > 15 || count == ZYGOTES) die("bad zygote frame");
  for (uint32_t i = 0; i < argc; i++) {
    struct text text = take_text(&cursor);
    if (!(argv[i] = strndup(text.at, text.size))) die("out of memory");
  }
  argv[argc] = NULL;
  if (!cursor.ok) die("bad zygote frame");
  int pair[2], input[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 || pipe2(input, O_CLOEXEC) != 0) die("no sockets");
  pid_t pid = fork();
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    /* Pipes on 0 to 2, as programs have them, so that the interpreter sets its streams up alike. */
    if (dup2(input[0], 0) < 0 || dup2(2, 1) < 0 || dup2(pair[1], 3) < 0) _exit(125);
    setenv("HOME", WORK, 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("PYTHONHASHSEED", "0", 1);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(pair[1]);
  close(input[0]);
  close(input[1]);
  for (uint32_t i = 0; i < argc; i++) free(argv[i]);
  if (pid < 0) die("cannot fork: %s", strerror(errno));
  fcntl(pair[0], F_SETFL, O_NONBLOCK);
  zygotes[count++] = (struct zygote){pid, pair[0], false, frame->id};
}

bool is_zygote(pid_t pid) {
  for (int i = 0; i < count; i++) {
    if (zygotes[i].pid == pid) return true;
  }
  return false;
}

uint64_t zygotes_cpu_us(void) {
  uint64_t sum = 0;
  for (int i = 0; i < count; i++) sum += zygotes[i].pid ? cpu_of_us(zygotes[i].pid) : 0;
  return sum;
}

static size_t add(char *packet, size_t size, const char *text) {
  size_t length = strlen(text) + 1;
  if (size + length <= REQUEST) memcpy(packet + size, text, length);
  return size + length;
}

static size_t add_number(char *packet, size_t size, uint64_t number) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, number);
  return add(packet, size, text);
}

const char *zygote_ask(uint32_t id, const struct start *start, const struct ends *ends) {
  static char packet[REQUEST];
  size_t size = add_number(packet, 0, id);
  size = add_number(packet, size, user);
  size = add_number(packet, size, 1024);
  size = add_number(packet, size, start->limits.disk_bytes + 4096);
  size = add_number(packet, size, start->limits.processes + 8);
  size = add(packet, size, start->cwd);
  for (char **variable = start->env; *variable; variable++) size = add(packet, size, *variable);
  if (size > REQUEST) return "an environment too big for a zygote";
  struct zygote *zygote = start->which < count ? &zygotes[start->which] : NULL;
  if (!zygote || !zygote->ready || !zygote->pid) return "no such zygote";
  int fds[4] = {ends->in, ends->out, ends->err, ends->channel};
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {0};
  struct iovec part = {packet, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof fds);
  memcpy(CMSG_DATA(head), fds, sizeof fds);
  if (sendmsg(zygote->fd, &message, MSG_NOSIGNAL) == (ssize_t)size) return NULL;
  return "cannot ask the zygote";
}

int zygote_poll(struct pollfd *fds) {
  int n = 0;
  for (int i = 0; i < count; i++) {
    if (zygotes[i].pid) fds[n++] = (struct pollfd){zygotes[i].fd, POLLIN, 0};
  }
  return n;
}

static void answered(struct zygote *zygote, char *text) {
  if (!zygote->ready && strcmp(text, "ready") == 0) {
    zygote->ready = true;
    return wire_bytes(OUT_ACK, zygote->id, NULL, 0);
  }
  uint32_t id;
  int pid;
  if (sscanf(text, "%" SCNu32 " %d", &id, &pid) != 2) die("a zygote talks nonsense");
  struct program *program = program_find(id);
  if (program && pid > 0) program_came(program, pid);
  else if (program) program_failed(program, "the zygote cannot fork");
}

void zygote_read(void) {
  for (int i = 0; i < count; i++) {
    char text[128];
    ssize_t n;
    while (zygotes[i].pid && (n = recv(zygotes[i].fd, text, sizeof text - 1, 0)) > 0) {
      text[n] = 0;
      answered(&zygotes[i], text);
    }
  }
}

static bool any_asked(void) {
  for (int i = 0; i < PROGRAMS; i++) {
    if (programs[i].id && programs[i].pid == 0 && !programs[i].dead) return true;
  }
  return false;
}

/* The answer of one that died does not come; zygote_died tells of those. */
void zygotes_settle(void) {
  for (uint64_t start = now_us(); any_asked();) {
    zygote_read();
    struct pollfd fds[ZYGOTES];
    int n = zygote_poll(fds);
    if (!any_asked() || n == 0) return;
    if (poll(fds, (nfds_t)n, 1000) < 0 && errno != EINTR) die("poll: %s", strerror(errno));
    for (int i = 0; i < n; i++) {
      if ((fds[i].revents & (POLLHUP | POLLERR)) && !(fds[i].revents & POLLIN)) return;
    }
    if (now_us() - start > SETTLE_US) die("a zygote does not answer");
  }
}

bool zygote_died(pid_t pid) {
  if (!is_zygote(pid)) return false;
  zygote_read(); /* it may have answered before */
  for (int i = 0; i < count; i++) {
    struct zygote *zygote = &zygotes[i];
    if (zygote->pid != pid) continue;
    zygote->pid = 0;
    close(zygote->fd);
    if (zygote->ready) odd = "a zygote died";
    else wire_failed(zygote->id, "the zygote did not start");
  }
  for (struct program *program = programs; program < programs + PROGRAMS; program++) {
    if (program->id && program->pid == 0 && !program->dead) program_failed(program, "a zygote died with a program asked for");
  }
  return true;
}
