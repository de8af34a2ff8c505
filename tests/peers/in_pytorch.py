"""Random networks, and the same forward pass, losses and optimizers written with PyTorch's own functions."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F

from tutor.engine.activations import ACTIVATIONS
from tutor.engine.losses import LOSSES
from tutor.engine.network import Layer, Network

OUTPUTS = {"binary_cross_entropy": ["sigmoid", "softmax"], "cross_entropy": ["softmax", "sigmoid", "softplus"]}
FUNCTIONS = {
    "identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "leaky_relu": F.leaky_relu,
    "elu": F.elu, "gelu": F.gelu, "softmax": lambda z: torch.softmax(z, -1),
    "softplus": lambda z: F.softplus(z, threshold=40),  # PyTorch's own 20 leaves out 2e-9 beyond it
}
SQUARES = {
    "half_squared_error": lambda a, t: F.mse_loss(a, t, reduction="sum") / 2 / len(t),
    "squared_error": lambda a, t: F.mse_loss(a, t, reduction="sum") / len(t),
    "mean_squared_error": F.mse_loss,
}
MADE = {
    "sgd": lambda p, c: torch.optim.SGD(p, lr=c.learning_rate, weight_decay=c.weight_decay),
    "momentum": lambda p, c: torch.optim.SGD(p, lr=c.learning_rate, momentum=c.momentum, weight_decay=c.weight_decay),
    "nesterov": lambda p, c: torch.optim.SGD(
        p, lr=c.learning_rate, momentum=c.momentum, weight_decay=c.weight_decay, nesterov=True),
    "rmsprop": lambda p, c: torch.optim.RMSprop(
        p, lr=c.learning_rate, alpha=c.alpha, eps=c.epsilon, weight_decay=c.weight_decay),
    "adam": lambda p, c: torch.optim.Adam(
        p, lr=c.learning_rate, betas=(c.beta1, c.beta2), eps=c.epsilon, weight_decay=c.weight_decay),
    "adamw": lambda p, c: torch.optim.AdamW(
        p, lr=c.learning_rate, betas=(c.beta1, c.beta2), eps=c.epsilon, weight_decay=c.weight_decay),
    "adagrad": lambda p, c: torch.optim.Adagrad(p, lr=c.learning_rate, eps=c.epsilon, weight_decay=c.weight_decay),
}


@dataclass(frozen=True)
class Task:
    """A network, rows and a loss."""

    network: Network
    inputs: np.ndarray
    targets: np.ndarray
    loss: str


def random_task(seed):
    """One to five layers of one to six units, one to eight rows, any activation anywhere, any loss that fits the outputs."""
    random = np.random.Generator(np.random.PCG64(seed))
    sizes, rows = random.integers(1, 7, random.integers(2, 7)).tolist(), int(random.integers(1, 9))
    loss = str(random.choice([*LOSSES]))
    names = [*random.choice([*ACTIVATIONS], len(sizes) - 2).tolist(), str(random.choice(OUTPUTS.get(loss, [*ACTIVATIONS])))]
    layers = tuple(Layer(random.normal(0, 1.2 / before**0.5, (units, before)), random.normal(0, 0.5, units), name)
                   for (before, units), name in zip(pairwise(sizes), names, strict=True))
    return Task(Network(layers), random.normal(0, 1, (rows, sizes[0])), _targets(random, loss, (rows, sizes[-1])), loss)


def _targets(random, loss, shape):
    if loss == "cross_entropy" and random.integers(2):
        return random.dirichlet(np.ones(shape[1]), shape[0])
    if loss == "cross_entropy":
        return np.eye(shape[1])[random.integers(0, shape[1], shape[0])]
    return random.random(shape) if loss == "binary_cross_entropy" else random.normal(0, 1, shape)


def parameters(network):
    """Weights and biases, layer by layer, as leaves that PyTorch follows."""
    return [torch.tensor(part, requires_grad=True) for layer in network.layers for part in (layer.weights, layer.biases)]


def loss_of(task, leaves):
    """PyTorch's loss of the task with these parameters."""
    a, t = torch.from_numpy(task.inputs), torch.from_numpy(task.targets)
    for layer, weights, biases in zip(task.network.layers, leaves[::2], leaves[1::2], strict=True):
        z = F.linear(a, weights, biases)
        a = FUNCTIONS[layer.activation](z)
    return _loss(task.loss, task.network.layers[-1].activation, (z, a), t)


def _loss(name, activation, outputs, t):
    z, a = outputs
    if (name, activation) == ("cross_entropy", "softmax"):
        return F.cross_entropy(z, t)
    if (name, activation) == ("binary_cross_entropy", "sigmoid"):
        return F.binary_cross_entropy_with_logits(z, t, reduction="sum") / len(t)
    if name == "binary_cross_entropy":
        return F.binary_cross_entropy(a, t, reduction="sum") / len(t)
    return -(t * torch.log(a)).sum() / len(t) if name == "cross_entropy" else SQUARES[name](a, t)


def difference(network, found, wanted):
    """The largest difference between two flat vectors, relative to the largest entry of its layer."""
    ends = np.cumsum([layer.weights.size + layer.biases.size for layer in network.layers])[:-1]
    pairs = zip(np.split(np.asarray(found), ends), np.split(np.asarray(wanted), ends), strict=True)
    return max(_relative(*pair) for pair in pairs)


def _relative(found, wanted):
    largest = np.abs(wanted).max()
    return np.abs(found - wanted).max() / (largest or 1.0)


def flat(tensors):
    """Tensors as one vector in the engine's order."""
    return torch.cat([tensor.detach().ravel() for tensor in tensors]).numpy()
