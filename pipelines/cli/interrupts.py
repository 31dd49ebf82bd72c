"""Ctrl-C and a plain kill: heard at any moment, told once, whatever a library makes of them.

Belongs here: hearing the signals, and that the command ends soon with their exit code. Does not belong here: what is
undone meanwhile; whoever writes does so beside the place and moves it there.

Dagster and pyarrow put handlers of their own in place of ours, each with an error of its own; DuckDB makes an error of
what a handler raised; a finalizer swallows it, and it is said again. Which signal came is therefore read from the pipe
to which Python writes every one that has a handler, and a process that has not ended ``GRACE`` seconds later is ended
where it is.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from classification.errors import InputError

GRACE: Final = 10.0  # seconds to let go of what is held: open statements, Spark, the reading child
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_NONE: Final = b"\0"  # written where a signal would be: none has come


def interrupted() -> InputError:
    """What is told of a command that was ended."""
    return InputError(
        "已中断：没有写到一半的内容，已发布的各期没有改动。请重新运行同一命令，做完的部分不会重做。",
        "Interrupted: nothing is left half-written, and what was released is as it was. Run the same command again; "
        "what is done is not done anew.",
    )


@contextmanager
def ended_by_signals(tell: Callable[[InputError], None], *, grace: float = GRACE) -> Iterator[None]:
    """Within the block Ctrl-C and a plain kill end the command: one message, and exit code 130 or 143.

    A Ctrl-C that the process was started to ignore, as a script's jobs in the background are, stays ignored.

    Args:
        tell: shows the message.
        grace: seconds after which the process is ended where it is.

    Raises:
        SystemExit: a signal came, and the block did not go through.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    # Held off: only ignored, it would be back with the first library that puts a handler there.
    held_off = {number for number in (signal.SIGINT,) if before[number] is signal.SIG_IGN}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, held_off)
    watch = _Watch(tell, grace)
    _handle(dict.fromkeys(_SIGNALS, watch.stop))
    written = signal.set_wakeup_fd(watch.writing, warn_on_full_buffer=False)
    try:
        yield
    except BaseException as fault:
        _handle(dict.fromkeys(_SIGNALS, signal.SIG_IGN))  # it is ending: a second one would only make noise
        came = watch.came()
        if came and not (isinstance(fault, SystemExit) and not fault.code):
            before = {}
            watch.tell()
            sys.exit(128 + came)
        raise
    finally:
        _handle(before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.set_wakeup_fd(written)
        if before:
            watch.close()


def _handle(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


class _Watch:
    """Reads which signal came first, and ends the process that has not ended by itself after that."""

    def __init__(self, tell: Callable[[InputError], None], grace: float) -> None:
        self._show, self._grace = tell, grace
        self._reading, self.writing = os.pipe()
        os.set_blocking(self.writing, False)
        self._first, self._stopping = 0, False
        self._unraisable, sys.unraisablehook = sys.unraisablehook, self.swallowed
        self._known, self._over, self._telling = threading.Event(), threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def stop(self, _: int, __: FrameType | None) -> None:
        """Raise in whatever runs, once: what lets go meanwhile is not to be stopped in turn."""
        if not self._stopping:
            self._stopping = True
            logging.lastResort = logging.NullHandler()  # what libraries say of being stopped is told better by us
            raise KeyboardInterrupt

    def swallowed(self, fault: sys.UnraisableHookArgs) -> None:
        """Say it again where a finalizer swallowed it; what else none can raise is shown as ever."""
        if issubclass(fault.exc_type, Exception):
            self._unraisable(fault)
        else:
            self._stopping = False
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()

    def came(self) -> int:
        """Which signal came first, 0 if none."""
        os.write(self.writing, _NONE)
        self._known.wait()
        return self._first

    def tell(self) -> None:
        """Show the message, if that has not been done."""
        if self._telling.acquire(blocking=False):
            self._show(interrupted())

    def close(self) -> None:
        """Watch no longer: the block has ended by itself."""
        sys.unraisablehook = self._unraisable
        self.came()
        self._over.set()
        self._thread.join()
        os.close(self._reading)
        os.close(self.writing)

    def _listen(self) -> None:
        wanted = {*_SIGNALS, *_NONE}
        self._first = next(byte for byte in iter(lambda: os.read(self._reading, 1)[0], None) if byte in wanted)
        self._known.set()
        if self._first and not self._over.wait(self._grace):
            self.tell()
            os._exit(128 + self._first)
