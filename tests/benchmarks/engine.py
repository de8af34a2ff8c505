"""What a training step costs: the engine beside other libraries and beside the bare matrix products, in the same run.

Run with `python -m tests.benchmarks.engine`; peers that are not installed are left out (`pip install -e ".[peers]"`).
Rounds visit every contender in turn; a figure is the median over rounds with its 5-95 % range, a ratio is taken inside a
round. One BLAS thread: a second one makes small steps slower.
"""

import gc
import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from tests.benchmarks import peers
from tests.benchmarks.cases import Case, deep_case, moons_case, xor_case
from tutor.compute import ONE_THREAD
from tutor.engine.core import run

ROUNDS = 15
LONG = 0.03  # seconds of work in one visit
LIBRARIES = {
    "PyTorch": ("torch", peers.torch), "PyTorch, fused": ("torch", partial(peers.torch, fused=True)),
    "JAX, a call a step": ("jax", peers.jax_step), "JAX, one loop": ("jax", peers.jax_loop),
    "autograd": ("autograd", peers.autograd), "scikit-learn": ("sklearn", peers.scikit_learn),
    "tinygrad": ("tinygrad", peers.tinygrad),
}  # fmt: skip
TRAIN_OURS = """
from tutor.engine.datasets import xor
from tutor.engine.network import initial_network
from tutor.engine.optimizers import OptimizerSettings
from tutor.engine.training import Plan, train
rows, targets = xor()
network = initial_network((2, 4, 1), "tanh", "sigmoid", 1)
plan = Plan(network, rows, targets, "binary_cross_entropy", OptimizerSettings("sgd", 0.5), 10_000, 1000)
print(list(train(plan))[-1].loss)
"""
TRAIN_TORCH = """
import torch
from torch import nn
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
rows = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(10_000):
    optimizer.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(model(rows), targets)
    loss.backward()
    optimizer.step()
print(loss.item())
"""


def main() -> None:
    """Print every table."""
    wanted = sys.argv[1:]
    cases = [xor_case(), moons_case(), *(deep_case(width, depth, optimizer) for width in (64, 256)
             for optimizer in ("sgd", "adam") for depth in (1, 2, 4, 8, 16))]
    for case in cases:
        if not wanted or any(word in case.name for word in wanted):
            compare(case)
    for case in (xor_case(), moons_case()):
        ensemble(case)
    whole_process()


def installed(library: str) -> bool:
    """Whether a peer is here."""
    return importlib.util.find_spec(library) is not None


def compare(case: Case) -> None:
    """One case, all contenders."""
    contenders = {"ours": peers.ours(case), "bare products": peers.products(case)}
    if case.name.startswith("XOR"):
        contenders["bare NumPy calls"] = peers.bare(case)
        contenders |= {"micrograd": peers.micrograd(case)} if installed("micrograd") else {}
    for name, (library, make) in LIBRARIES.items():
        contenders |= started(name, partial(make, case)) if installed(library) else {}
    show(case.name, measured(contenders))


def started(name: str, make: Callable[[], Callable[[int], object]]) -> dict[str, Callable[[int], object]]:
    """A contender that made its first step; tinygrad, for one, needs a compiler on the machine."""
    try:
        work = make()
        work(1)
    except RuntimeError as error:
        print(f"{name} left out: {error}")
        return {}
    return {name: work}


def ensemble(case: Case) -> None:
    """One network against sixteen at once, per network."""
    together = peers.core_of(case, 16)
    times = measured({"ours": peers.ours(case), "ours, 16 at once, each": partial(run, together)})
    times["ours, 16 at once, each"] = [seconds / 16 for seconds in times["ours, 16 at once, each"]]
    show(case.name, times)


def measured(contenders: dict[str, Callable[[int], object]]) -> dict[str, list[float]]:
    """Seconds per step by contender, one figure a round; each visit is long enough for the clock."""
    counts = {name: enough(work) for name, work in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    gc.disable()
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            times[name].append(seconds_of(work, counts[name]) / counts[name])
    gc.enable()
    return times


def enough(work: Callable[[int], object]) -> int:
    """How many steps take about LONG seconds."""
    work(3)  # compile, allocate, warm up
    steps = 2
    while (spent := seconds_of(work, steps)) < LONG / 2:
        steps *= 2 if spent > LONG / 8 else 4
    return steps


def seconds_of(work: Callable[[int], object], steps: int) -> float:
    began = time.perf_counter()
    work(steps)
    return time.perf_counter() - began


def show(title: str, times: dict[str, list[float]]) -> None:
    """A table of microseconds per step and of how many times ours it is."""
    print(f"\n{title:<28}{'µs a step':>12}{'5 %':>10}{'95 %':>10}{'times ours':>12}{'5 %':>8}{'95 %':>8}")
    for name, found in times.items():
        ratios = [other / own for other, own in zip(found, times["ours"], strict=True)]
        microseconds = (f"{value * 1e6:>{width}.2f}" for value, width in zip(spread(found), (12, 10, 10), strict=True))
        times_ours = (f"{value:>{width}.2f}" for value, width in zip(spread(ratios), (12, 8, 8), strict=True))
        print(f"{name:<28}" + "".join((*microseconds, *times_ours)), flush=True)


def spread(values: list[float]) -> tuple[float, float, float]:
    """Median, 5 % and 95 %."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]


def whole_process() -> None:
    """A new process that trains XOR for 10,000 steps, imports and all."""
    if not installed("torch"):
        return
    times: dict[str, list[float]] = {"ours": [], "PyTorch": []}
    for _ in range(5):
        for name, code in (("ours", TRAIN_OURS), ("PyTorch", TRAIN_TORCH)):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            times[name].append((time.perf_counter() - began) / 10_000)
    show("a process, XOR 10,000 steps", times)


if __name__ == "__main__":
    if ONE_THREAD.items() <= os.environ.items():
        main()
    else:  # too late in this process: NumPy has been imported
        os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks.engine", *sys.argv[1:]], {**os.environ, **ONE_THREAD})
