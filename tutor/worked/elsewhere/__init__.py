"""The same digits elsewhere: programs that compute an example's numbers with NumPy, PyTorch, TensorFlow and JAX."""

from collections.abc import Mapping
from typing import Any

from tutor.worked import normal_inputs
from tutor.worked.elsewhere import in_jax, in_keras, in_numpy, in_pytorch
from tutor.worked.elsewhere.description import DESCRIPTIONS
from tutor.worked.elsewhere.program import Dialect, program

__all__ = ["LIBRARIES", "codes"]

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
