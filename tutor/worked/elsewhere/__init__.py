"""The same digits elsewhere: programs that compute an example's numbers with NumPy, PyTorch, TensorFlow and JAX."""

from collections.abc import Mapping
from typing import Any

from tutor.worked import normal_inputs
from tutor.worked.elsewhere import in_jax, in_keras, in_numpy, in_pytorch
from tutor.worked.elsewhere.description import DESCRIPTIONS
from tutor.worked.elsewhere.program import Dialect, program
from tutor.worked.receipt import Receipt

__all__ = ["LIBRARIES", "codes", "programs"]

LIBRARIES: dict[str, Dialect] = {
    "numpy": in_numpy.DIALECT, "pytorch": in_pytorch.DIALECT, "keras": in_keras.DIALECT, "jax": in_jax.DIALECT,
}


def codes(example: str, inputs: Mapping[str, Any]) -> dict[str, str]:
    """A program per library that prints loss, first gradients, new parameters and last loss of these inputs.

    Empty where the inputs describe no network and its training; raises InvalidInput as `work` does.
    """
    if example not in DESCRIPTIONS:
        return {}
    description = DESCRIPTIONS[example](normal_inputs(example, inputs))
    return {name: program(description, dialect) for name, dialect in LIBRARIES.items()}


def programs(receipt: Receipt) -> dict[str, str]:
    """The programs that end where the receipt ends: a run that diverged is trained to its last finite loss only.

    Empty where the very first step diverges.
    """
    diverged_at = (receipt.measured or {}).get("diverged_at")
    if diverged_at is None:
        return codes(receipt.example, receipt.inputs)
    return codes(receipt.example, {**receipt.inputs, "steps": diverged_at - 1}) if diverged_at > 1 else {}
