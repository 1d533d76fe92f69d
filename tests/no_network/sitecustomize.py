"""No way out: sockets may only reach this computer.

Python imports a module of this name when it starts, so every Python that a test starts (a kernel, a JupyterLab) obeys:
tests/conftest.py puts this folder on PYTHONPATH.
"""

import ipaddress
import socket
import sys

# jsonschema imports it where it can, to know an internationalised web address when it sees one: seconds of building grammars, in
# every JupyterLab and every worker, for addresses that no notebook has. It does without.
sys.modules.setdefault("rfc3987_syntax", None)


class NetworkBlocked(RuntimeError):
    """A test, or the code under it, tried to leave this computer."""


def is_local(host):
    """Whether a host, as given to `socket`, is this computer: loopback or its own name."""
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _demand_local(host, what):
    if not is_local(host):
        raise NetworkBlocked(f"{what} {host!r}: tests run without a network (see tests/no_network/sitecustomize.py)")


def _guarded(original, what, address_at):
    def guard(self, *arguments):
        address = arguments[address_at]
        if self.family in (socket.AF_INET, socket.AF_INET6) and address is not None:
            _demand_local(address[0], what)
        return original(self, *arguments)

    return guard


def block():
    """Replace the doors of the socket module; more than once is harmless."""
    if getattr(socket, "leaves_only_to_itself", False):
        return
    socket.leaves_only_to_itself = True
    for name, address_at in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name), name, address_at))
    look_up = socket.getaddrinfo

    def getaddrinfo(host, *arguments, **options):
        _demand_local(host, "looking up")
        return look_up(host, *arguments, **options)

    socket.getaddrinfo = getaddrinfo


block()
