"""A process that handles untrusted bytes. It runs each call in a fork of its own, which has limits and no network.

So libraries are loaded once, a file that breaks its reader breaks only that fork, and nothing of one patient's file
is in memory when the next one is read. Messages are data only: a file that takes over the fork that reads it can send
no more than a wrong result.
"""

from __future__ import annotations

import gc
import os
import signal
import struct
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import BinaryIO, Literal, TypeVar

import msgspec

from pipeline.system.processes import (
    die_with_parent,
    discard,
    ignore_interrupts,
    kill_group,
    leave_network,
    limit_memory,
    limit_to_computing,
    read_all,
)

#: A result of more bytes counts as a crash.
_MAX_RESULT = 400_000_000
_LENGTH = struct.Struct(">Q")

Message = TypeVar("Message")
Function = Callable[[bytes], bytes]


class BrokenMessageError(Exception):
    """The other process ended, or wrote something that is not a message."""


class ProcessLimits(msgspec.Struct, frozen=True):
    """Limits of one call: processor time, time on the clock, and address space.

    The function may raise its limit of address space up to ``most_memory_bytes``.
    """

    cpu_seconds: int = 20
    wall_seconds: float = 60.0
    memory_bytes: int = 500_000_000
    most_memory_bytes: int | None = None


class Call(msgspec.Struct, frozen=True):
    """A call of ``function``, as ``module:name``, for each argument. ``None`` only loads its module.

    The function takes and returns bytes. One fork works on all arguments: to fork takes longer than most of them.
    """

    function: str
    arguments: tuple[bytes, ...] | None
    limits: ProcessLimits = ProcessLimits()


class CallResult(msgspec.Struct, frozen=True):
    """The results of a call, or how its fork ended without them."""

    end: Literal["returned", "crashed", "processor time", "time"]
    results: tuple[bytes, ...] = ()


CALLS = msgspec.msgpack.Decoder(Call)
CALL_RESULTS = msgspec.msgpack.Decoder(CallResult)


def pack(message: msgspec.Struct) -> bytes:
    """Return a message as bytes, with its length before it."""
    return _framed(msgspec.msgpack.encode(message))


def receive(stream: BinaryIO, messages: msgspec.msgpack.Decoder[Message]) -> Message:
    """Return the next message of ``stream``. Raises BrokenMessageError."""
    (size,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    try:
        return messages.decode(_read(stream, size))
    except msgspec.MsgspecError:
        raise BrokenMessageError from None


def main() -> None:
    """Serve calls on standard input until the client ends. Output of libraries is discarded."""
    ignore_interrupts()
    leave_network()
    calls, outcomes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    discard(0, 1)
    while True:
        try:
            call = receive(calls, CALLS)
        except BrokenMessageError:
            return
        function = _function(call.function)
        if call.arguments is not None:
            outcomes.write(pack(_outcome(function, call.arguments, call.limits, (calls, outcomes))))
            outcomes.flush()


@cache
def _function(name: str) -> Function:
    """Return a function of this program. Its module is loaded and warmed up once, and shared with the forks.

    A module may have a function ``warm_up``, which uses its libraries: what they initialise, no fork does again.
    """
    path, _, attribute = name.partition(":")
    module = import_module(path)
    function: Function = getattr(module, attribute)
    if hasattr(module, "warm_up"):
        module.warm_up()
    gc.freeze()
    return function


def _outcome(
    function: Function, arguments: Sequence[bytes], limits: ProcessLimits, pipes: tuple[BinaryIO, BinaryIO]
) -> CallResult:
    """Run a function in a fork. ``pipes`` lead to the client, and are closed there."""
    read, write = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if not child:
        try:
            os.close(read)
            die_with_parent(parent)
            for pipe in pipes:
                pipe.close()
            _work(function, arguments, limits, write)
        finally:
            os._exit(0)
    os.close(write)
    try:
        content = read_all(read, _MAX_RESULT, time.monotonic() + limits.wall_seconds, [pipes[0].fileno()])
    finally:
        os.close(read)
        _kill(child)  # it has answered, or its time is over
        _, status = os.waitpid(child, 0)
    if content is None:
        return CallResult("time")
    results = _results(content, len(arguments))
    if results is not None:
        return CallResult("returned", results)
    is_over = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
    return CallResult("processor time" if is_over else "crashed")


def _results(content: bytes, count: int) -> tuple[bytes, ...] | None:
    """Return the results that a fork wrote, or None if they are not whole."""
    results, start = [], 0
    while len(content) - start >= _LENGTH.size:
        (size,) = _LENGTH.unpack_from(content, start)
        start += _LENGTH.size
        results.append(content[start : start + size])
        start += size
    return tuple(results) if len(results) == count and start == len(content) else None


def _work(function: Function, arguments: Sequence[bytes], limits: ProcessLimits, write: int) -> None:
    """Work on a call in a fork, and write each result."""
    os.setsid()
    limit_to_computing(limits.cpu_seconds)
    limit_memory(limits.memory_bytes, limits.most_memory_bytes)
    with open(write, "wb") as out:
        out.writelines(_framed(function(argument)) for argument in arguments)


def _kill(child: int) -> None:
    """Kill a fork and the processes that it started: it leads a process group."""
    os.kill(child, signal.SIGKILL)
    kill_group(child)


def _framed(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


def _read(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise BrokenMessageError
    return content


if __name__ == "__main__":
    main()
