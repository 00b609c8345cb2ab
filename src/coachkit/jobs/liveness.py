"""Names of workers, and whether the process behind a name is known to be dead.

A dead process on this machine need not be waited for until its lease ends. The name carries a fingerprint of where
process ids mean something (one boot of one machine, one pid namespace): of other places nothing is said.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import cache
from pathlib import Path

import psutil

__all__ = ["is_dead", "worker_name"]


@cache
def _place() -> str:
    """Where our process ids mean something; empty if that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        namespace = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return ""
    return hashlib.blake2b(f"{boot} {namespace}".encode(), digest_size=6).hexdigest()


def worker_name() -> str:
    """A name no other worker has: place, process id, when the process began, and a random part."""
    pid = os.getpid()
    return f"{_place()}/{pid}/{psutil.Process(pid).create_time():.2f}/{secrets.token_hex(4)}"


def is_dead(name: str) -> bool:
    """Whether the worker's process is known to have ended; ``False`` where that cannot be told."""
    place, pid, began, *_ = [*name.split("/"), "", "", ""]
    if not place or place != _place() or not pid.isdigit():
        return False
    try:
        process = psutil.Process(int(pid))
        return f"{process.create_time():.2f}" != began or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False
