"""Starts the action server: `python -m actions --port 5055`, on this machine alone unless SANIC_HOST says otherwise.

As `python -m rasa_sdk --actions actions`, with logs that hold no text, and without answering pages of other origins.
"""

from __future__ import annotations

import argparse
import logging
import os
from typing import Any

from knowledge.logs import take_over

PORT_SETTING = "UNCLENCH_ACTIONS_PORT"


def main() -> None:
    """Serve until a signal comes; what runs then is finished."""
    parser = argparse.ArgumentParser(prog="python -m actions", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get(PORT_SETTING, "5055")))
    port = parser.parse_args().port
    lines = take_over("actions")
    from rasa_sdk.endpoint import create_app  # only now: its import has something to say

    app = create_app("actions", cors_origins="")

    @app.listener("after_server_start")
    async def started(_app: Any, _loop: Any) -> None:
        logging.getLogger("actions").info("action_server_started")
        lines.started = True

    app.run(os.environ.get("SANIC_HOST", "127.0.0.1"), port, motd=False, access_log=False)


if __name__ == "__main__":
    main()
