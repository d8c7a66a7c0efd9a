"""Several Rasas that share what they have loaded: a model is read once, then the process is copied (fork).

One Rasa answers in one thread, so that a second core stands idle much of the time. Copies share the memory of model,
cards and code as long as nobody writes to it, so that another one costs a quarter of the first. Each listens on a port
of its own; `web` gives each conversation its own Rasa. A copy that dies is made anew from what is loaded already.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

#: Seconds. What dies sooner would die again and again: all end, and what started them sees that.
SHORT_LIFE = 10.0
#: Linux: have a process told when the one that made it is gone.
_PARENT_DEATH = 1


def several() -> bool:
    """Tell whether this process is one of several, so that others may answer a conversation too."""
    return _Copies.count > 1


def serve(count: int, one: Callable[[int], None]) -> int:
    """Run `one(0)` … `one(count - 1)`, each in a process of its own, until told to stop; return the exit code.

    A copy has none of the threads that run here: `one` makes those that it needs.
    """
    gc.collect()
    gc.freeze()  # else the first look for garbage in a copy would write to all that is shared
    return _Copies(one, count).run()


class _Copies:
    count = 1  # of this process's family

    def __init__(self, one: Callable[[int], None], count: int) -> None:
        self._one = one
        _Copies.count = count
        self._running: dict[int, tuple[int, float]] = {}
        self._told_to_stop = False

    def run(self) -> int:
        """Keep all copies running; return the exit code."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        for index in range(self.count):
            self._begin(index)
        code = 0
        while self._running:
            process, status = os.wait()
            index, began = self._running.pop(process)
            if self._told_to_stop:
                continue
            logger.error(
                "rasa_copy_ended: %s of %s", index + 1, self.count, extra={"code": os.waitstatus_to_exitcode(status)}
            )
            if time.monotonic() - began < SHORT_LIFE:
                code = 1
                self._stop()
            else:
                self._begin(index)
        return code

    def _begin(self, index: int) -> None:
        """Make a copy, unless all are to stop. A signal waits until it is known who is to be told."""
        signals = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        parent = os.getpid()
        process = None if self._told_to_stop else os.fork()
        if process != 0:
            if process:
                self._running[process] = index, time.monotonic()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            return
        code = 1
        try:
            for name in signals:
                signal.signal(name, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            _end_with(parent)
            self._one(index)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            logger.exception("rasa_copy_failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # what the first process would do at its end is not this one's to do

    def _stop(self, *_: object) -> None:
        self._told_to_stop = True
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(process, signal.SIGTERM)


def _end_with(parent: int) -> None:
    """Have this process told to stop when `parent` is gone, killed perhaps: a copy alone would keep its port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(1)
