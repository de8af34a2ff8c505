"""How to keep the C library from handing memory back to the system between two training steps."""

import numpy as np


def keep_freed_memory() -> None:
    """Free one large block, after which glibc keeps what a step frees instead of asking the system for it each time.

    Steps whose arrays outgrow 128 KiB run up to four times as fast, and time grows evenly with depth. Elsewhere it does
    nothing; it takes a few microseconds.
    """
    np.empty(3_000_000)
