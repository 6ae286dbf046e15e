# Makes a network out of nothing: interfaces, addresses, routes and namespaces by netlink and by ioctl.
import array
import fcntl
import os
import socket
import struct


def nested(kind, data):
    return struct.pack('HH', 4 + len(data), kind) + data + b'\0' * (-len(data) % 4)


def ask(kind, flags, body):
    """The kernel's answer to one request of rtnetlink: 0, or the number of the error."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as link:
        link.settimeout(30)
        link.send(struct.pack('IHHII', 16 + len(body), kind, flags | 5, 1, 0) + body)
        answer = link.recv(65536)
    return -struct.unpack_from('i', answer, 16)[0] if struct.unpack_from('H', answer, 4)[0] == 2 else 0


info = struct.pack('BxHiII', 0, 0, 0, 0, 0)
up = struct.pack('BxHiII', 0, 0, 1, 1, 1)
kinds = (b'dummy', b'veth', b'bridge', b'vxlan', b'macvlan', b'ipvlan', b'tun', b'wireguard', b'gre')
tries = {
    **{f'a {kind.decode()}': (16, 0x600, info + nested(3, b'mine\0') + nested(18, nested(1, kind + b'\0'))) for kind in kinds},
    'the loopback renamed': (16, 0, up + nested(3, b'eth0\0')),
    'the loopback in the namespace of the first process': (16, 0, up + nested(19, struct.pack('I', 1))),
    'an address': (20, 0x600, struct.pack('BBBBI', 2, 24, 0, 0, 1) + nested(2, bytes([172, 17, 0, 9]))),
    'a route': (24, 0x600, struct.pack('BBBBBBBBI', 2, 0, 0, 0, 254, 4, 0, 1, 0) + nested(4, struct.pack('I', 1))),
    'a rule': (32, 0x600, struct.pack('BBBBBBBBI', 2, 0, 0, 0, 254, 4, 0, 1, 0)),
    'a namespace id': (88, 0, struct.pack('Bxxx', 0) + nested(1, struct.pack('i', 7)) + nested(2, struct.pack('I', 1))),
}
for what, (kind, flags, body) in tries.items():
    try:
        if ask(kind, flags, body) == 0:
            print('escaped: made', what)
    except OSError:
        pass

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
    for what, number, request in (
        ('up', 0x8914, struct.pack('16sH14x', b'lo', 0x1043)),
        ('an address', 0x8916, struct.pack('16sHH4s8x', b'lo', 2, 0, bytes([172, 17, 0, 9]))),
        ('a bridge', 0x89A0, b'mine\0'.ljust(40, b'\0')),
    ):
        try:
            fcntl.ioctl(plain, number, request)
            print('escaped: set', what, 'by ioctl')
        except OSError:
            pass
    for option in (socket.SO_BINDTODEVICE, socket.SO_MARK if hasattr(socket, 'SO_MARK') else 36):
        try:
            plain.setsockopt(socket.SOL_SOCKET, option, b'eth0\0' if option == socket.SO_BINDTODEVICE else 7)
            print('escaped: set socket option', option)
        except OSError:
            pass

for name in os.listdir('/sys/class/net'):
    if name != 'lo':
        print('escaped: there is an interface', name)
for table in ('route', 'arp', 'ipv6_route'):
    try:
        rows = open(f'/proc/net/{table}').read().splitlines()
    except OSError:
        continue
    rows = [row for row in rows if row.strip() and not row.startswith(('Iface', 'IP')) and not row.rstrip().endswith('lo')]
    if rows:
        print('escaped:', table, rows)
for device in ('/dev/net/tun', '/dev/vhost-net', '/dev/tun'):
    if os.path.exists(device):
        print('escaped:', device)
for pid in ('1', 'self'):
    try:
        os.setns(os.open(f'/proc/{pid}/ns/net', os.O_RDONLY), 0)
        print('escaped: entered a namespace of', pid)
    except (OSError, AttributeError):
        pass
print('done')
