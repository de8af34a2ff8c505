"""Batch normalisation of one feature over a batch: forward, running statistics, backward, and its gradient checked."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tutor.engine.network import Array
from tutor.worked.function_check import Function, check_function
from tutor.worked.receipt import GradientCheck, Step, step
from tutor.worked.written_sum import added, written_sum


@dataclass(frozen=True)
class Batch:
    """One feature of a batch (m,), the derivatives that arrive from above (m,), scale, shift and epsilon."""

    x: Array
    upstream: Array
    gamma: float
    beta: float
    epsilon: float


@dataclass(frozen=True)
class Forward:
    """Mean, biased variance and deviation of the batch, and its normalised and its scaled and shifted values (m,)."""

    mean: float
    variance: float
    deviation: float
    normalised: Array
    y: Array


@dataclass(frozen=True)
class Backward:
    """Derivatives by the normalised values, the inputs (m,), the scale and the shift; the two means they need."""

    normalised: Array
    mean: float
    mean_product: float
    x: Array
    gamma: float
    beta: float


@dataclass(frozen=True)
class Running:
    """Mean and variance kept for inference."""

    mean: float
    variance: float


def forward_pass(batch: Batch) -> Forward:
    """Subtract the mean, divide by the root of the biased variance plus epsilon, scale and shift."""
    count = batch.x.size
    mean = added(batch.x) / count
    variance = added((batch.x - mean) ** 2) / count
    deviation = float(np.sqrt(variance + batch.epsilon))
    normalised = (batch.x - mean) / deviation
    return Forward(mean, variance, deviation, normalised, batch.gamma * normalised + batch.beta)


def backward_pass(batch: Batch, ahead: Forward) -> Backward:
    """The mean and the deviation depend on every input, so two means are taken out of each input's derivative."""
    count, normalised = batch.x.size, batch.upstream * batch.gamma
    mean, product = added(normalised) / count, added(normalised * ahead.normalised) / count
    slope = (normalised - mean - ahead.normalised * product) / ahead.deviation
    return Backward(normalised, mean, product, slope, added(batch.upstream * ahead.normalised), added(batch.upstream))


def unbiased(batch: Batch, ahead: Forward) -> float:
    """The variance divided by one row less; only for two rows or more."""
    return added((batch.x - ahead.mean) ** 2) / (batch.x.size - 1)


def moved(running: Running, batch: Batch, ahead: Forward, momentum: float) -> Running:
    """The kept statistics after this batch, the variance moved towards the unbiased one; kept for a single row."""
    mean = (1.0 - momentum) * running.mean + momentum * ahead.mean
    if batch.x.size == 1:
        return Running(mean, running.variance)
    return Running(mean, (1.0 - momentum) * running.variance + momentum * unbiased(batch, ahead))


def forward_steps(batch: Batch, ahead: Forward) -> Iterator[Step]:
    """Statistics, normalised values and outputs."""
    count = batch.x.size
    squares = written_sum("(x_{0} - mean)**2", count)
    yield step("mean", r"\mu", f"({written_sum('x_{0}', count)})/m", ahead.mean, "statistics")
    yield step("variance", r"\sigma^2", f"({squares})/m", ahead.variance, "statistics")
    if count > 1:
        yield step("variance_unbiased", "s^2", f"({squares})/(m - 1)", unbiased(batch, ahead), "statistics")
    yield step("deviation", r"\sqrt{\sigma^2 + \epsilon}", "sqrt(variance + epsilon)", ahead.deviation, "statistics")
    for place, (normalised, y) in enumerate(zip(ahead.normalised.tolist(), ahead.y.tolist(), strict=True), 1):
        yield step(f"xhat_{place}", rf"\hat{{x}}_{{{place}}}", f"(x_{place} - mean)/deviation", normalised, "forward")
        yield step(f"y_{place}", f"y_{{{place}}}", f"gamma*xhat_{place} + beta", y, "forward")


def running_steps(batch: Batch, after: Running) -> Iterator[Step]:
    """The statistics kept for inference, and what inference makes of the first row with them."""
    variance = "(1 - momentum)*running_variance + momentum*variance_unbiased" if batch.x.size > 1 else "1*running_variance"
    yield step("new_running_mean", r"\mu_{\mathrm{run}}'", "(1 - momentum)*running_mean + momentum*mean", after.mean, "running")
    yield step("new_running_variance", r"{\sigma^2_{\mathrm{run}}}'", variance, after.variance, "running")
    spread = np.sqrt(after.variance + batch.epsilon)
    for place, y in enumerate((batch.gamma * ((batch.x - after.mean) / spread) + batch.beta).tolist(), 1):
        expression = f"gamma*((x_{place} - new_running_mean)/sqrt(new_running_variance + epsilon)) + beta"
        yield step(f"inference_{place}", rf"y^{{\mathrm{{inf}}}}_{{{place}}}", expression, y, "running")


def backward_steps(batch: Batch, back: Backward) -> Iterator[Step]:
    """What arrives from above brought to scale, shift and every input."""
    count = batch.x.size
    yield step("dgamma", _partial(r"\gamma"), written_sum("g_{0}*xhat_{0}", count), back.gamma, "backward")
    yield step("dbeta", _partial(r"\beta"), written_sum("g_{0}", count), back.beta, "backward")
    for place, slope in enumerate(back.normalised.tolist(), 1):
        yield step(f"dxhat_{place}", _partial(rf"\hat{{x}}_{{{place}}}"), f"g_{place}*gamma", slope, "backward")
    yield step("mean_dxhat", "A", f"({written_sum('dxhat_{0}', count)})/m", back.mean, "backward")
    yield step("mean_dxhat_xhat", "B", f"({written_sum('dxhat_{0}*xhat_{0}', count)})/m", back.mean_product, "backward")
    for place, slope in enumerate(back.x.tolist(), 1):
        expression = f"(dxhat_{place} - mean_dxhat - xhat_{place}*mean_dxhat_xhat)/deviation"
        yield step(f"dx_{place}", _partial(f"x_{{{place}}}"), expression, slope, "backward")


def _partial(by: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {by}}}"


def check(batch: Batch, back: Backward) -> GradientCheck:
    """Every derivative against central differences of L, the sum of outputs times what arrives from above."""
    count = batch.x.size

    def loss(flat: Array) -> float:
        moved = Batch(flat[:count], batch.upstream, float(flat[count]), float(flat[count + 1]), batch.epsilon)
        return added(forward_pass(moved).y * batch.upstream)

    names = [*(f"x_{place}" for place in range(1, count + 1)), "gamma", "beta"]
    found = np.concatenate([back.x, [back.gamma, back.beta]])
    return check_function(Function(loss, names, [count + 2]), np.concatenate([batch.x, [batch.gamma, batch.beta]]), found)
