"""Programs in TensorFlow: a gradient tape, and PyTorch's update rules by hand, for those of Keras differ in places."""

from collections.abc import Iterator

from tutor.engine.activations import LEAK
from tutor.worked.elsewhere.description import Description
from tutor.worked.elsewhere.program import Dialect, Words, before, gradient_list, loss_alone, loss_expression, traced
from tutor.worked.elsewhere.updates import layer_update, memory_lines, update_lines

_CALLS = {
    "identity": "{}", "sigmoid": "tf.sigmoid({})", "tanh": "tf.tanh({})", "relu": "tf.nn.relu({})",
    "elu": "tf.nn.elu({})", "softplus": "tf.nn.softplus({})", "softmax": "tf.nn.softmax({})",
    # tf.nn.leaky_relu and tf.nn.gelu hold their constants in single precision
    "leaky_relu": f"tf.where({{0}} > 0, {{0}}, {LEAK} * {{0}})", "gelu": "{0} * (1 + tf.math.erf({0} / 2**0.5)) / 2",
}
_LOSSES = {
    "binary_cross_entropy": "tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=t, logits={z})) / len(t)",
    "cross_entropy": "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=t, logits={z}))",
    "class_index": "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=t, logits={z}))",
}


_WORDS = Words(
    _CALLS, _LOSSES, array="tf.constant({}, dtype=tf.float64)", labels="tf.constant({t})",
    data="[tf.constant(rows) for rows in {}]", parameter="tf.Variable({}, dtype=tf.float64)", drawn="tf.Variable({})",
    listed="{}.numpy().tolist()", number="{}.numpy()", zeros="tf.zeros_like({})",
    sum="tf.reduce_sum", mean="tf.reduce_mean", sqrt="tf.sqrt", transpose="tf.transpose({})",
    subtract="parameters[i].assign_sub({})", shrink="parameters[i].assign(parameters[i] * ({}))",
)


def _gradients(description: Description, words: Words) -> Iterator[str]:
    if description.sequential:
        yield from _in_turn(description, words)
        return
    yield "with tf.GradientTape() as tape:"
    yield "    L = loss(x, t)"
    yield "gradients = tape.gradient(L, parameters)"


def _in_turn(description: Description, words: Words) -> Iterator[str]:
    """The tape is read one layer at a time, for the weights after it are already new."""
    last = len(description.layers)
    yield "with tf.GradientTape(persistent=True) as tape:"
    yield f"    {traced(description)} = forward(x)"
    yield f"    L = {loss_expression(description, words)}"
    for number in reversed(description.numbers):
        yield f"delta{number} = {_hidden_delta(description, number) if number < last else f'tape.gradient(L, z{last})'}"
        yield f"dW{number}, db{number} = tf.transpose(delta{number}) @ {before(number)}, tf.reduce_sum(delta{number}, axis=0)"
        yield from layer_update(description, words, number)
    yield gradient_list(description)


def _hidden_delta(description: Description, number: int) -> str:
    upstream = f"delta{number + 1} @ W{number + 1}"
    if description.layers[number - 1].activation == "identity":
        return upstream
    return f"tape.gradient(a{number}, z{number}, output_gradients={upstream})"


DIALECT = Dialect(
    _WORDS, {"np": "import numpy as np", "tf": "import tensorflow as tf"},
    memory_lines, loss_alone, _gradients, update_lines,
)
