"""Where a worked example is computed: here, or, when it times this machine, alone in a process of its own."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.worked import EXAMPLES, Receipt, from_json, normal_inputs, work

# A measurement is true of its minute; a seeded training gives the same numbers for ever, and is kept for speed.
MEASURED_SECONDS = 60.0
MOST_KEPT = 64
MOST_SECONDS = 60.0
# One BLAS thread, set before NumPy is imported, or the figures mean nothing.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class MeasurementFailed(RuntimeError):
    """A measuring process that did not come back with a receipt."""


@dataclass
class Workbench:
    """Computes examples. Long ones (trainings, measurements) wait for one another, and their receipts are kept a while."""

    _slot: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, tuple[float, Receipt]] = field(default_factory=dict)

    def work(self, example: str, inputs: Mapping[str, Any]) -> Receipt:
        """The receipt of an example; raises UnknownExample, InvalidInput, MeasurementFailed."""
        if example not in EXAMPLES or not EXAMPLES[example].long:
            return work(example, inputs)
        complete = normal_inputs(example, inputs)
        key = json.dumps([example, complete], sort_keys=True)
        kept = self._kept.get(key)
        return kept[1] if kept and kept[0] > time.monotonic() else self._long(key, example, complete)

    def _long(self, key: str, example: str, inputs: dict[str, Any]) -> Receipt:
        with self._slot:
            until, receipt = self._kept.get(key, (0.0, None))
            if receipt is None or until <= time.monotonic():
                measured = EXAMPLES[example].measured
                receipt = _elsewhere(example, inputs) if measured else work(example, inputs)
                self._keep(key, receipt, MEASURED_SECONDS if measured else float("inf"))
            return receipt

    def _keep(self, key: str, receipt: Receipt, seconds: float) -> None:
        now = time.monotonic()
        fresh = [(name, kept) for name, kept in self._kept.items() if kept[0] > now]
        self._kept = {**dict(fresh[-MOST_KEPT + 1 :]), key: (now + seconds, receipt)}


def _elsewhere(example: str, inputs: Mapping[str, Any]) -> Receipt:
    command = [sys.executable, "-m", "tutor.worked", example]
    try:
        done = subprocess.run(
            command, input=json.dumps(inputs), capture_output=True, text=True, timeout=MOST_SECONDS, check=True,
            env={**os.environ, **ONE_THREAD},
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        raise MeasurementFailed(example) from error
    receipt: Receipt = from_json(json.loads(done.stdout))
    return receipt
