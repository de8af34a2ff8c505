"""A receipt in the form in which the JSON API serves it, without its words and its LaTeX."""

import json

from tutor.worked import work
from tutor.worked.receipt import every_number


def served(name, inputs):
    """The fields that are verified, through JSON and back."""
    receipt = work(name, inputs)
    known, check = every_number(receipt), receipt.gradient_check
    steps = [{"name": step.name, "expression": step.expression, "operands": {each: known[each] for each in step.operands},
              "value": step.value, "phase": step.phase} for step in receipt.steps]
    return json.loads(json.dumps({
        "example": receipt.example, "inputs": receipt.inputs, "values": receipt.values, "numbers": receipt.numbers,
        "arrays": receipt.arrays, "steps": steps, "measured": receipt.measured,
        "gradient_check": check and {"h": check.h, "max_relative_error": check.max_relative_error,
                                     "parameters": [parameter._asdict() for parameter in check.parameters]},
    }))  # fmt: skip
