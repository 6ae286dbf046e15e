// Makes children whose parent is the first process, with signals of their own choice at their end, and looks at what they may do.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void look(void) {
  if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0) puts("escaped: is root");
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status)) {
    if (strncmp(line, "Cap", 3) == 0 && strtoull(line + 7, NULL, 16) != 0) printf("escaped: %s", line);
  }
  for (int fd = 3; fd < 64; fd++) {
    char path[64], to[256] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (readlink(path, to, sizeof to - 1) > 0 && !strstr(to, "/status")) printf("escaped: holds %d: %s\n", fd, to);
  }
  fflush(stdout);
}

int main(void) {
  signal(SIGCHLD, SIG_IGN);
  int signals[] = {SIGCHLD, 0, SIGKILL, SIGSTOP, SIGTERM, SIGSEGV, 64};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
    for (int parent = 0; parent < 2; parent++) {
      /* A signal of a child of our own would be ours to bear. */
      if (!parent && signals[i] != SIGCHLD && signals[i] != 0) continue;
      long pid = syscall(SYS_clone, (parent ? CLONE_PARENT : 0) | signals[i], 0, 0, 0, 0);
      if (pid != 0) continue;
      if (!parent) setsid();
      /* Some end before their parent does, some after, and some never. */
      look();
      if (i % 3 == 1) usleep(50 * 1000);
      if (i % 3 == 2 && fork() == 0) {
        setsid();
        pause();
      }
      _exit((int)i);
    }
  }
  /* Namespaces, threads' ids and vfork by the same call. */
  long flags[] = {CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUTS, 0x02000000};
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    long pid = syscall(SYS_clone, CLONE_PARENT | flags[i] | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    if (pid > 0) printf("escaped: a namespace by %lx\n", flags[i]);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  usleep(100 * 1000);
  puts("done");
}
