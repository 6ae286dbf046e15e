"""A warm interpreter that forks one process for each program (images/cell/zygote.c says what passes on descriptor 3).

Trusted: it runs as the supervisor does, other users cannot signal, trace or read it, and it never runs a program's code. The
child gives everything up and then serves the channel, as `python3 -s runner.py` would. What can be done once for all children,
in here, is: a page that a child writes to is a page that the kernel copies.
"""

import ctypes
import gc
import os
import resource
import struct
import sys
from _socket import CMSG_SPACE, MSG_CMSG_CLOEXEC, socket

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_GET_TID_ADDRESS = 4, 24, 38, 40
CLONE_PARENT, CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, SIGCHLD = 0x8000, 0x200000, 0x1000000, 17
# By machine: the number of clone(2), and which of its arguments is the address of the child's thread id.
CLONE = {'x86_64': (56, 3), 'aarch64': (220, 4)}
WORK = '/work'
PACKET = 65536
# MSGQUEUE (12) has no name in the module.
FIXED_LIMITS = ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_MEMLOCK, 65536), (12, 65536))
# Keeps the interpreter's lock during a call, so that it is held in a child too.
libc = ctypes.PyDLL(None)


def prctl(option, value):
    return libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def fork_for_parent():
    """Makes a function that forks as os.fork does, but gives the child to our own parent, which waits for it and gets its
    figures. os.fork would take two forks for that, a third of what a small program costs. Raises where the C library is not
    as we know it; then the cell starts its programs without us.
    """
    number, place = CLONE[os.uname().machine]
    address = ctypes.c_void_p()
    if libc.prctl(PR_GET_TID_ADDRESS, ctypes.byref(address), 0, 0, 0) != 0 or not address.value:
        raise OSError('prctl')
    # Where the C library keeps its thread id; it must be right in a child too.
    if ctypes.c_int.from_address(address.value).value != os.getpid():
        raise OSError('a C library that keeps its thread id elsewhere')
    arguments = [ctypes.c_long(0)] * 5
    arguments[0] = ctypes.c_long(CLONE_PARENT | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD)
    arguments[place] = address
    libc.syscall.restype = ctypes.c_long

    def fork():
        libc.PyOS_BeforeFork()
        child = libc.syscall(ctypes.c_long(number), *arguments)
        if child == 0:
            libc.PyOS_AfterFork_Child()
        else:
            libc.PyOS_AfterFork_Parent()
        return child

    prove(fork)
    return fork


def prove(fork):
    """Raises where the kernel does not give the child to our parent: gVisor takes the flag and ignores it."""
    child = fork()
    if child == 0:
        os._exit(0)
    if child < 0:
        raise OSError('cannot fork')
    try:
        os.waitpid(child, 0)
    except ChildProcessError:
        # Nothing of this is left when the first program comes.
        while is_there(child):
            os.sched_yield()
        return
    raise OSError('a kernel that gives no child away')


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def warm():
    """What programs import most, so that they need not compile it again. A fork shares none of its state with another fork."""
    import ast, bisect, collections, copy, datetime, functools, heapq, itertools, json, math, operator, random, re, string, time, typing

    # The first use makes the types of its nodes.
    ast.parse('pass')
    gc.collect()
    gc.freeze()


def wait_for_start(sock, fork):
    """Returns in a new process for each request; the first process stays here."""
    told = None
    while True:
        packet, control, _, _ = sock.recvmsg(PACKET, CMSG_SPACE(16), MSG_CMSG_CLOEXEC)
        if not packet:
            os._exit(0)
        fds = struct.unpack('4i', control[0][2])
        number, user, files, size, processes, cwd, *env = packet[:-1].split(b'\0')
        if env != told:
            os.environ.clear()
            os.environb.update(variable.split(b'=', 1) for variable in env)
            told = env
        child = fork()
        if child == 0:
            try:
                become(int(user), int(files), int(size), int(processes))
            except OSError:
                # No fault of the program's, so it must not look like an exit of its.
                sock.send(b'%s -1' % number)
                os._exit(125)
            connect(sock.detach(), fds)
            enter(cwd)
            return
        sock.send(b'%s %d' % (number, child))
        for fd in fds:
            os.close(fd)


def become(user, files, size, processes):
    """Gives up all that this process has over a program."""
    os.setsid()
    os.umask(0o022)
    score = os.open('/proc/self/oom_score_adj', os.O_WRONLY)
    os.write(score, b'1000')
    os.close(score)
    for limit, most in FIXED_LIMITS:
        resource.setrlimit(limit, (most, most))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
    os.setgroups([])
    os.setresgid(user, user, user)
    if prctl(PR_SET_NO_NEW_PRIVS, 1) != 0:
        raise OSError('prctl')
    os.setresuid(user, user, user)


def connect(socket_fd, fds):
    """Puts the program's descriptors where it looks for them; the supervisor's socket goes."""
    os.close(socket_fd)
    for target, fd in enumerate(fds):
        os.dup2(fd, target, inheritable=target < 3)
        os.close(fd)


def enter(cwd):
    """Goes where the program shall start; a folder that is gone or closed is the work of the trial's other programs."""
    # The change of user took the process's own /proc/self away from it. Not before the supervisor's socket has gone: from here on
    # other programs of the user may look into this process.
    if prctl(PR_SET_DUMPABLE, 1) != 0:
        os._exit(125)
    try:
        os.chdir(WORK)
        if cwd:
            os.chdir(cwd)
    except OSError as error:
        os.write(2, b'cannot enter %s: %s\n' % (cwd or WORK.encode(), error.strerror.encode()))
        os._exit(126)


def main():
    if prctl(PR_SET_DUMPABLE, 0) != 0:
        os._exit(125)
    for capability in range(64):
        prctl(PR_CAPBSET_DROP, capability)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.join(here, 'runners', 'python')] + [entry for entry in sys.path if entry != here]
    import runner

    warm()
    fork = fork_for_parent()
    sock = socket(fileno=3)
    sock.send(b'ready')
    wait_for_start(sock, fork)
    runner.serve(3)


main()
