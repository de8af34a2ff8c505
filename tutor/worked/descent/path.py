"""The path that an optimizer takes down a surface, up to its last finite point."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tutor.engine.network import Array
from tutor.engine.optimizers import OptimizerSettings, optimizer_state, update
from tutor.worked.descent.surface import Surface


@dataclass(frozen=True)
class Path:
    """T steps: points and the gradients there (T + 1, P), values (T + 1,), the optimizer's averages (T + 1, n, P).

    Everything is finite; `diverged` says that fewer steps than asked for were.
    """

    points: Array
    gradients: Array
    values: Array
    memory: Array
    diverged: bool

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.values) - 1


def follow(surface: Surface, settings: OptimizerSettings, start: Sequence[float], steps: int) -> Path:
    """So many steps from `start` (P,), or fewer if the next would leave the finite numbers."""
    point = np.array(start)
    state = optimizer_state(settings.name, point)
    points, gradients, memory = [point], [surface.gradient(point)], [state.arrays]
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is found and told below
        for _ in range(steps):
            point, state = update(settings, point, gradients[-1], state)
            points.append(point)
            gradients.append(surface.gradient(point))
            memory.append(state.arrays)
        columns = np.array(points), np.array(gradients), surface.value(np.array(points)), np.array(memory)
    return _finite_part(*columns)


def _finite_part(points: Array, gradients: Array, values: Array, memory: Array) -> Path:
    flat = [column.reshape(len(values), -1) for column in (points, gradients, values, memory)]
    finite = np.isfinite(np.concatenate(flat, axis=1)).all(axis=1)
    end = len(finite) if finite.all() else int(finite.argmin())
    return Path(points[:end], gradients[:end], values[:end], memory[:end], diverged=end < len(finite))


def side_by_side(series: Sequence[Array]) -> list[list[float | None]]:
    """Rows [step, one number of each series (T + 1,)]; None where a series has ended."""
    lists = [numbers.tolist() for numbers in series]
    return [[float(step), *(each[step] if step < len(each) else None for each in lists)]
            for step in range(max(map(len, lists)))]


def logarithms(losses: Array, least: float = 1e-16) -> Array:
    """The decimal logarithms of losses, those below `least` counted as `least`."""
    found: Array = np.log10(np.maximum(losses, least))
    return found
