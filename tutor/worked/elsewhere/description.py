"""What a program has to compute: rows, layers, loss and training, read from the inputs of an example."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.datasets import xor
from tutor.engine.optimizers import OptimizerSettings
from tutor.worked.capacity import xor as xor_example
from tutor.worked.network import forward_only, training_loop
from tutor.worked.network.problem import read_problem

WIDTH = 100  # of a line of numbers
RANDOM = "random = np.random.Generator(np.random.PCG64({seed}))"


@dataclass(frozen=True)
class Rows:
    """Inputs and targets as Python lists; `classes` is their number where the targets are class indices, else 0."""

    x: str
    t: str
    classes: int = 0


@dataclass(frozen=True)
class Spirals:
    """Calls of the data set's own function, which a program defines: rows to train on, and rows to validate with."""

    training: str
    validation: str


@dataclass(frozen=True)
class DenseLayer:
    """Weights (out, in) and biases (out) as Python: lists of exact digits, or the NumPy call that draws them."""

    weights: str
    biases: str
    activation: str


@dataclass(frozen=True)
class Training:
    """How the parameters move; a sequential update takes the output layer first."""

    settings: OptimizerSettings
    steps: int
    biases: bool = True
    sequential: bool = False


@dataclass(frozen=True)
class Description:
    """A network on rows of data, whichever library computes it; `random` is the NumPy statement that seeds its draws."""

    rows: Rows | Spirals
    layers: tuple[DenseLayer, ...]
    loss: str
    training: Training | None
    random: str = ""

    @property
    def fused(self) -> bool:
        """The loss is computed from the last z, which keeps its digits where a rounds to 0 or 1."""
        return self.loss.endswith("cross_entropy")

    @property
    def sequential(self) -> bool:
        """The layers are updated one after another."""
        return self.training is not None and self.training.sequential

    @property
    def parameters(self) -> list[str]:
        """The names W1, b1, W2, b2, …"""
        return [f"{letter}{number}" for number in self.numbers for letter in "Wb"]

    @property
    def numbers(self) -> range:
        """The layers, counted from 1."""
        return range(1, len(self.layers) + 1)


def literal(value: Sequence[Any]) -> str:
    """Nested lists in digits that read back exactly, a row a line where they are long."""
    text = repr(value)
    if len(text) <= WIDTH:
        return text
    if not isinstance(value[0], list):
        return _folded(text)
    return "[\n" + "".join(textwrap.indent(_folded(repr(row)), "    ") + ",\n" for row in value) + "]"


def _folded(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False)


def _given(inputs: dict[str, Any], training: Training | None) -> Description:
    """A network and rows that the learner gave number by number."""
    problem = read_problem(inputs)
    classes = 0 if isinstance(inputs["t"][0], list) else problem.targets.shape[-1]
    layers = tuple(DenseLayer(literal(layer["weights"]), literal(layer["biases"]), layer["activation"])
                   for layer in inputs["layers"])
    return Description(Rows(literal(inputs["x"]), literal(inputs["t"]), classes), layers, inputs["loss"], training)


def _network_step(inputs: dict[str, Any]) -> Description:
    in_turn = inputs["update"] == "sequential" and len(inputs["layers"]) > 1
    return _given(inputs, Training(OptimizerSettings(**inputs["optimizer"]), inputs["steps"], inputs["train_biases"], in_turn))


def _twelve_gradients(inputs: dict[str, Any]) -> Description:
    return _given(inputs, None)


def _training_loop(inputs: dict[str, Any]) -> Description:
    layers = tuple(DenseLayer(f"[[{inputs[f'w{number}']!r}]]", f"[{inputs[f'b{number}']!r}]", activation)
                   for number, activation in ((1, "tanh"), (2, "identity")))
    settings = OptimizerSettings("sgd", inputs["learning_rate"])
    rows = Rows(f"[[{inputs['x']!r}]]", f"[[{inputs['t']!r}]]")
    return Description(rows, layers, training_loop.LOSS, Training(settings, inputs["steps"]))


def _xor(inputs: dict[str, Any]) -> Description:
    points, targets = xor()
    sizes = [2, inputs["hidden"], 1] if inputs["hidden"] else [2, 1]
    training = Training(OptimizerSettings("adam", inputs["learning_rate"]), inputs["epochs"])
    return Description(Rows(literal(points.tolist()), literal(targets.tolist())), _drawn(sizes, inputs["activation"], "sigmoid"),
                       xor_example.LOSS, training, RANDOM.format(seed=inputs["seed"]))


def _forward_only(inputs: dict[str, Any]) -> Description:
    seed, sizes = inputs["seed"], [forward_only.INPUTS, inputs["hidden"], forward_only.CLASSES]
    rows = Spirals(f"spirals({inputs['points_per_class']}, {2 * seed + 1})",
                   f"spirals({forward_only.VALIDATION_POINTS}, {2 * seed + 2})")
    training = Training(OptimizerSettings("adam", inputs["learning_rate"]), inputs["steps"])
    return Description(rows, _drawn(sizes, "relu", "softmax"), forward_only.LOSS, training, RANDOM.format(seed=seed))


def _drawn(sizes: Sequence[int], activation: str, output_activation: str) -> tuple[DenseLayer, ...]:
    """The layers of the engine's initial network, as the draws that give them."""
    names = [activation] * (len(sizes) - 2) + [output_activation]
    return tuple(_drawn_layer(before, units, name) for (before, units), name in zip(pairwise(sizes), names, strict=True))


def _drawn_layer(before: int, units: int, activation: str) -> DenseLayer:
    count = f"{before}" if ACTIVATIONS[activation].rectifier else f"({before} + {units})"
    return DenseLayer(f"random.normal(0, np.sqrt(2 / {count}), ({units}, {before}))", f"np.zeros({units})", activation)


DESCRIPTIONS: dict[str, Callable[[dict[str, Any]], Description]] = {
    "network-step": _network_step,
    "training-loop": _training_loop,
    "twelve-gradients": _twelve_gradients,
    "xor": _xor,
    "forward-only": _forward_only,
}
