# Reaches for the trusted processes that live beside it, by every name the kernel has for them.
import ctypes
import fcntl
import os
import resource
import signal
import socket

libc = ctypes.CDLL(None, use_errno=True)
own = os.getpid()
others = [pid for pid in map(int, filter(str.isdigit, os.listdir('/proc'))) if pid != own]
assert 1 in others
with socket.socketpair()[0] as pipe:
    for pid in others:
        try:
            fcntl.fcntl(pipe, fcntl.F_SETOWN, pid)
            fcntl.fcntl(pipe, 10, signal.SIGKILL)
        except OSError:
            pass
for pid in others:
    attempts = {
        'signalled': lambda: os.kill(pid, 0),
        'limited': lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0)),
        'bound': lambda: os.sched_setaffinity(pid, {0}),
        'slowed': lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
        'scheduled': lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
        'grouped': lambda: os.setpgid(pid, own),
        **{
            f'read {name} of': lambda name=name: open(f'/proc/{pid}/{name}', 'rb').read(1) or 1 / 0
            for name in ('mem', 'maps', 'environ', 'auxv', 'stack', 'syscall', 'io', 'pagemap', 'smaps')
        },
        **{f'listed {name} of': lambda name=name: os.listdir(f'/proc/{pid}/{name}') for name in ('fd', 'fdinfo', 'map_files')},
        **{f'followed {name} of': lambda name=name: os.readlink(f'/proc/{pid}/{name}') for name in ('exe', 'cwd', 'root')},
        **{
            f'wrote {name} of': lambda name=name: os.write(os.open(f'/proc/{pid}/{name}', os.O_WRONLY), b'1')
            for name in ('mem', 'oom_score_adj', 'clear_refs', 'coredump_filter', 'comm', 'timerslack_ns', 'loginuid')
        },
        'entered': lambda: os.open(f'/proc/{pid}/ns/user', os.O_RDONLY),
    }
    for what, attempt in attempts.items():
        try:
            attempt()
            print('escaped:', what, pid)
        except (OSError, ValueError, ZeroDivisionError):
            pass
    for name, number, *args in (('attached to', 101, 16, pid, 0, 0), ('read', 310, pid, 0, 0, 0, 0, 0), ('compared', 312, own, pid, 0, 0, 0)):
        if libc.syscall(number, *args) >= 0:
            print('escaped:', name, pid)
for address in ('\0assay', '\0zygote', '/assay/socket', '/run/assay'):
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_UNIX, kind) as to:
                to.connect(address)
                print('escaped: connected to', address)
        except OSError:
            pass
for line in open('/proc/net/unix').read().splitlines()[1:]:
    if len(line.split()) > 7:
        print('escaped: a socket with a name:', line)
print('done')
