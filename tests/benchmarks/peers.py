"""The engine and other libraries, each as a function that makes so many steps of a case; every one in float64."""

import warnings
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np

from tests.benchmarks.cases import Case
from tutor.engine.core import Core, Task, build, run
from tutor.engine.network import flatten, initial_network, unflatten
from tutor.engine.optimizers import OptimizerSettings, optimizer_state

Run = Callable[[int], object]


def core_of(case: Case, count: int = 0) -> Core:
    """The engine's core for a case, or for so many networks at once."""
    network = initial_network(case.sizes, case.activation, case.output, 0)
    if count:
        seeds = (initial_network(case.sizes, case.activation, case.output, seed) for seed in range(count))
        network = unflatten(network, np.stack([flatten(each) for each in seeds]))
    settings = OptimizerSettings(case.optimizer, case.rate)
    return build(Task(network, case.rows, case.targets, case.loss, settings), optimizer_state(case.optimizer, flatten(network)))


def ours(case: Case) -> Run:
    """The training core."""
    return partial(run, core_of(case))


def products(case: Case) -> Run:
    """The floor: nothing but the matrix products of a step, of numbers that stay in range."""
    random, calls = np.random.Generator(np.random.PCG64(0)), []
    for number, (before, units) in enumerate(pairwise(case.sizes)):
        matrix, delta = random.normal(size=(units, before + 1)), random.normal(size=(units, len(case.rows)))
        data = random.normal(size=(before + 1, len(case.rows)))
        calls.append(partial(np.dot, matrix, data, np.empty_like(delta)))
        calls.append(partial(np.dot, delta, data.T, np.empty_like(matrix)))
        if number:
            calls.append(partial(np.dot, matrix[:, :-1].T, delta, np.empty((before, len(case.rows)))))

    def repeat(steps: int) -> None:
        for _ in range(steps):
            for call in calls:
                call()

    return repeat


def bare(case: Case) -> Run:
    """The floor of XOR: the same arithmetic written out by hand for this one network, without any machinery."""
    core, targets, rate = core_of(case), case.targets.T.copy(), np.array(case.rate)
    one, share, (first, last) = np.array(1.0), np.array(1.0 / len(case.rows)), core.levels
    x, w1, w2, data, hidden = first.before, first.matrix, last.matrix, first.before.T, last.before.T
    a1, a2, d1, d2, spare, back = first.a, last.a, first.delta, last.delta, first.spare, last.matrix[:, :-1].T
    parameters, gradient, moved = core.parameters, *np.empty((2, core.parameters.size))
    g1, g2 = gradient[: w1.size].reshape(w1.shape), gradient[w1.size :].reshape(w2.shape)

    def repeat(steps: int) -> None:
        dot, multiply, subtract = np.dot, np.multiply, np.subtract
        for _ in range(steps):
            dot(w1, x, a1)
            np.tanh(a1, a1)
            dot(w2, last.before, a2)
            np.negative(a2, a2)
            np.exp(a2, a2)
            np.add(a2, one, a2)
            np.divide(one, a2, a2)
            subtract(a2, targets, d2)
            multiply(d2, share, d2)
            dot(d2, hidden, g2)
            dot(back, d2, d1)
            multiply(a1, a1, spare)
            subtract(one, spare, spare)
            multiply(d1, spare, d1)
            dot(d1, data, g1)
            multiply(gradient, rate, moved)
            subtract(parameters, moved, parameters)

    return repeat


def torch(case: Case, fused: bool = False) -> Run:
    """PyTorch, eager, with its ordinary or its fused optimizer."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    inside = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[case.activation]
    layers = [part for before, units in pairwise(case.sizes) for part in (torch.nn.Linear(before, units), inside())][:-1]
    model = torch.nn.Sequential(*layers)
    rows, targets = torch.from_numpy(case.rows), torch.from_numpy(case.targets)
    classes = targets.argmax(1)
    choice = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[case.optimizer]
    optimizer = choice(model.parameters(), lr=case.rate, **({"fused": True} if fused else {}))
    functional = torch.nn.functional

    def repeat(steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            z = model(rows)
            if case.output == "sigmoid":
                loss = functional.binary_cross_entropy_with_logits(z, targets)
            else:
                loss = functional.cross_entropy(z, classes)
            loss.backward()
            optimizer.step()

    return repeat


def scikit_learn(case: Case) -> Run:
    """scikit-learn's MLPClassifier, one batch an epoch."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    labels = case.targets.argmax(1) if case.targets.shape[1] > 1 else case.targets[:, 0].astype(int)

    def repeat(steps: int) -> None:
        model = MLPClassifier(
            case.sizes[1:-1], activation=case.activation, solver=case.optimizer, alpha=0.0, batch_size=len(labels),
            learning_rate_init=case.rate, max_iter=steps, shuffle=False, tol=0.0, momentum=0.0, nesterovs_momentum=False,
            n_iter_no_change=steps + 1,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(case.rows, labels)

    return repeat


def _start(case: Case) -> list[np.ndarray]:
    network = initial_network(case.sizes, case.activation, case.output, 0)
    return [part for layer in network.layers for part in (layer.weights.T.copy(), layer.biases.copy())]


def _loss(case: Case, xp: object, parameters: list, rows: object, targets: object) -> object:
    """The loss in any library with NumPy's names."""
    inside = xp.tanh if case.activation == "tanh" else lambda z: xp.maximum(z, 0.0)
    a = rows
    for at in range(0, len(parameters) - 2, 2):
        a = inside(xp.dot(a, parameters[at]) + parameters[at + 1])
    z = xp.dot(a, parameters[-2]) + parameters[-1]
    if case.output == "sigmoid":
        return xp.mean(xp.maximum(z, 0.0) - z * targets + xp.log1p(xp.exp(-xp.abs(z))))
    shifted = z - xp.max(z, axis=1, keepdims=True)
    return xp.mean(xp.log(xp.sum(xp.exp(shifted), axis=1)) - xp.sum(shifted * targets, axis=1))


def _moved(case: Case, xp: object, parameters: list, gradient: list, memory: list, step: object) -> tuple[list, list]:
    """One step of SGD or Adam on lists of arrays."""
    if case.optimizer == "sgd":
        return [p - case.rate * g for p, g in zip(parameters, gradient, strict=True)], memory
    new, kept = [], []
    for p, g, (m, v) in zip(parameters, gradient, memory, strict=True):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        new.append(p - case.rate * (m / (1 - 0.9**step)) / (xp.sqrt(v / (1 - 0.999**step)) + 1e-8))
        kept.append((m, v))
    return new, kept


def autograd(case: Case) -> Run:
    """HIPS/autograd."""
    import autograd
    import autograd.numpy as xp

    gradient = autograd.grad(lambda parameters: _loss(case, xp, parameters, case.rows, case.targets))

    def repeat(steps: int) -> None:
        parameters = _start(case)
        memory = [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
        for step in range(1, steps + 1):
            parameters, memory = _moved(case, np, parameters, gradient(parameters), memory, step)

    return repeat


def jax_step(case: Case) -> Run:
    """JAX, one compiled call a step."""
    import jax

    start, step = _jax(case)
    compiled = jax.jit(step)

    def repeat(steps: int) -> None:
        state = start
        for number in range(1, steps + 1):
            state = compiled(state, float(number))
        jax.block_until_ready(state)

    return repeat


def jax_loop(case: Case) -> Run:
    """JAX, all steps in one compiled loop."""
    import jax

    start, step = _jax(case)
    compiled = jax.jit(lambda state, steps: jax.lax.fori_loop(0, steps, lambda at, now: step(now, at + 1.0), state))
    return lambda steps: jax.block_until_ready(compiled(start, steps))


def _jax(case: Case) -> tuple[object, Callable]:
    import jax
    import jax.numpy as xp

    jax.config.update("jax_enable_x64", True)
    rows, targets = xp.asarray(case.rows), xp.asarray(case.targets)
    parameters = [xp.asarray(p) for p in _start(case)]
    gradient = jax.grad(lambda parameters: _loss(case, xp, parameters, rows, targets))

    def step(state: tuple, number: float) -> tuple:
        parameters, memory = state
        return _moved(case, xp, parameters, gradient(parameters), memory, number)

    return (parameters, [(xp.zeros_like(p), xp.zeros_like(p)) for p in parameters]), step


def micrograd(case: Case) -> Run:
    """micrograd, number by number; its units are ReLU and its loss here the squared error, which is less work."""
    from micrograd.nn import MLP

    model = MLP(case.sizes[0], list(case.sizes[1:]))
    rows, targets = case.rows.tolist(), case.targets[:, 0].tolist()

    def repeat(steps: int) -> None:
        for _ in range(steps):
            loss = sum((model(row) - target) ** 2 for row, target in zip(rows, targets, strict=True))
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= case.rate * p.grad

    return repeat


def tinygrad(case: Case) -> Run:
    """tinygrad, one captured call a step."""
    from tinygrad import Context, Tensor, TinyJit, dtypes, nn

    tensors = [Tensor(p, dtype=dtypes.float64).is_param_() for p in _start(case)]
    rows, targets = Tensor(case.rows, dtype=dtypes.float64), Tensor(case.targets, dtype=dtypes.float64)
    choice = {"sgd": partial(nn.optim.SGD, lr=case.rate), "adam": partial(nn.optim.Adam, lr=case.rate)}[case.optimizer]
    optimizer = choice(tensors)

    @TinyJit
    def step() -> Tensor:
        a = rows
        for at in range(0, len(tensors) - 2, 2):
            z = a.dot(tensors[at]) + tensors[at + 1]
            a = z.tanh() if case.activation == "tanh" else z.relu()
        z = a.dot(tensors[-2]) + tensors[-1]
        loss = z.binary_crossentropy_logits(targets) if case.output == "sigmoid" else -(z.log_softmax() * targets).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        return loss.realize(*optimizer.schedule_step())

    def repeat(steps: int) -> None:
        with Context(TRAINING=1):
            for _ in range(steps):
                loss = step()
            loss.item()

    return repeat
