"""Find ports on the loopback interface and ask whether something answers."""

import contextlib
import http.client
import socket
from random import SystemRandom

import psutil

LOOPBACK = "127.0.0.1"
# Below what Linux (32768) and macOS (49152) give to outgoing connections.
_NEVER_OUTGOING = range(16384, 32768)
_TRIES = 100


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return True
    return False


def any_free_port() -> int:
    """Pick a port nobody listens on, and that no outgoing connection is given either.

    So it stays free while its server is down. Where all such ports that are tried are
    taken, the system picks one.
    """
    for port in SystemRandom().sample(_NEVER_OUTGOING, _TRIES):
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def free_port(wanted: int) -> int:
    """Return the wanted port, or another one when it is taken."""
    return wanted if wanted and is_free(wanted) else any_free_port()


def accepts(port: int) -> bool:
    """Tell whether something listens on this port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def listens(pid: int, port: int) -> bool:
    """Tell whether this very process listens on the port."""
    try:
        found = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.Error:
        return False
    listening = (each for each in found if each.status == psutil.CONN_LISTEN)
    return any(each.laddr.port == port for each in listening)


def answers_200(port: int, path: str) -> bool:
    """Tell whether an HTTP server on this port answers the path with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
