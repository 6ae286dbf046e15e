/* Run by the engine as a program of a trial, before anything of the model's, to see whether a service of the trial answers. The image
 * may hold no tool that could tell, so the supervisor's own file does. How long to wait is for the program's wall clock to say. */
#define _GNU_SOURCE
#include "reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000, PAUSE_US = 50 * 1000 };

static bool answers(const struct sockaddr_in *address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  bool open = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
  if (!open && errno == EINPROGRESS) {
    struct pollfd wait = {fd, POLLOUT, 0};
    int error = 0;
    socklen_t size = sizeof error;
    open = poll(&wait, 1, PATIENCE_MS) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  close(fd);
  return open;
}

int reach(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (argc != 2 || inet_pton(AF_INET, argv[0], &address.sin_addr) != 1) return 2;
  char *rest;
  unsigned long port = strtoul(argv[1], &rest, 10);
  if (*rest || port < 1 || port > 65535) return 2;
  address.sin_port = htons((uint16_t)port);
  while (!answers(&address)) usleep(PAUSE_US);
  return 0;
}
