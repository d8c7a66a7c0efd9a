"""Starts `web`: `python -m unclench_web`. A fault at start is one sentence a line, no stack trace."""

import errno
import socket
import sys

import uvicorn

from unclench_web.app import create_app
from unclench_web.faults import StartFault
from unclench_web.logs import set_up_logs
from unclench_web.places import Places
from unclench_web.settings import Settings, read_settings

GRACE_SECONDS = 8  # a message that is being answered may take the five seconds that Rasa has


def main(places: Places | None = None) -> int:
    """Run until a signal comes. Returns the exit status."""
    set_up_logs()
    try:
        settings = read_settings()
        set_up_logs(settings.log_level)
        app = create_app(settings, places)
        listening = _listen(settings)
    except StartFault as fault:
        for sentence in fault.sentences:
            print(f"web cannot start: {sentence}", file=sys.stderr)
        return 1
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # which proxy is believed is decided in limits.py
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as fault:
        listening.close()
        if fault.errno == errno.EADDRINUSE:
            raise StartFault(
                f"port {settings.port} is taken by another program. Stop it, or set UNCLENCH_PORT to another port."
            ) from None
        raise StartFault(
            f"{settings.host}:{settings.port} cannot be listened on ({fault.strerror}). "
            "Check UNCLENCH_HOST and UNCLENCH_PORT."
        ) from None
    return listening


if __name__ == "__main__":
    sys.exit(main())
