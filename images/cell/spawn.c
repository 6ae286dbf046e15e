#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user.h"
#include "wire.h"

enum { OPEN_FILES = 1024 };
extern char **environ;

/* What the child tells through a pipe, which it closes when nothing can fail any more but the command itself. */
struct trouble {
  const char *step; /* NULL: the command itself */
  int error;
};

static bool limit(int resource, uint64_t most) {
  struct rlimit both = {most, most};
  return setrlimit(resource, &both) == 0;
}

static bool first_to_die(void) {
  /* When memory is out, the kernel takes the program rather than us. */
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = write(fd, "1000", 4) == 4;
  close(fd);
  return done;
}

static void drop_bounding(void) {
  for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

static bool drop_rest(void) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  return syscall(SYS_capset, &head, none) == 0;
}

static bool place(const struct ends *ends) {
  if (dup2(ends->in, 0) < 0 || dup2(ends->out, 1) < 0 || dup2(ends->err, 2) < 0) return false;
  return ends->channel < 0 || dup2(ends->channel, 3) == 3;
}

static void default_signals(void) {
  for (int signal = 1; signal < NSIG; signal++) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(signal, &action, NULL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Runs in the child. Returns only with trouble.
 *
 * Once it is the user's, another program of the user may stop or kill it; the supervisor must not be waiting for it by then. So all
 * that can fail comes before, and the change of the user, which its group went through just now, after the report is closed. */
static struct trouble become(const struct start *start, const struct ends *ends, int report) {
  default_signals();
  umask(022);
  if (setsid() < 0) return (struct trouble){"session", errno};
  if (!first_to_die()) return (struct trouble){"oom score", errno};
  drop_bounding();
  if (!limit(RLIMIT_NOFILE, OPEN_FILES) || !limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, start->limits.disk_bytes + 4096) ||
      !limit(RLIMIT_NPROC, start->limits.processes + 8) || !limit(RLIMIT_MEMLOCK, 64 * 1024) || !limit(RLIMIT_MSGQUEUE, 64 * 1024)) {
    return (struct trouble){"limits", errno};
  }
  if (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0) return (struct trouble){"group", errno};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return (struct trouble){"privileges", errno};
  if (!place(ends)) return (struct trouble){"descriptors", errno};
  close(report);
  if (setresuid(user, user, user) != 0 || !drop_rest()) _exit(125);
  environ = start->env;
  if (chdir(WORK) != 0 || (start->cwd[0] && chdir(start->cwd) != 0)) return (struct trouble){NULL, errno};
  execvp(start->argv[0], start->argv);
  return (struct trouble){NULL, errno};
}

pid_t spawn(const struct start *start, const struct ends *ends, char *reason, size_t room) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return snprintf(reason, room, "no pipe: %s", strerror(errno)), -1;
  pid_t pid = fork();
  if (pid == 0) {
    struct trouble trouble = become(start, ends, report[1]);
    if (trouble.step) {
      if (write(report[1], &trouble, sizeof trouble) < 0) _exit(125);
      _exit(125);
    }
    dprintf(ends->err, "cannot run %.200s: %s\n", start->argv[0], strerror(trouble.error));
    _exit(trouble.error == ENOENT || trouble.error == ENOTDIR ? 127 : 126);
  }
  int error = errno;
  close(report[1]);
  struct trouble trouble;
  ssize_t told = pid < 0 ? 0 : read(report[0], &trouble, sizeof trouble);
  close(report[0]);
  if (pid > 0 && told != sizeof trouble) return pid;
  if (pid > 0) waitpid(pid, NULL, 0);
  snprintf(reason, room, "cannot start: %s: %s", pid < 0 ? "fork" : trouble.step, strerror(pid < 0 ? error : trouble.error));
  return -1;
}
