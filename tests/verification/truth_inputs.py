"""Inputs drawn at random from all that the three examples of whole networks may be asked for."""

from itertools import pairwise

import numpy as np

PLAIN = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus"]
SQUARES = ["half_squared_error", "squared_error", "mean_squared_error"]
LOSSES = [*SQUARES, "binary_cross_entropy", "cross_entropy"]
LAST = {"binary_cross_entropy": ["sigmoid"], "cross_entropy": ["softmax"]}
OPTIMIZERS = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "adagrad"]


def truth(seed):
    """The name of an example and its inputs; one in eight is a training loop, one in eight three ways of a gradient."""
    random = np.random.Generator(np.random.PCG64(seed))
    if seed % 8 == 0:
        return "training-loop", loop(random)
    if seed % 8 == 1:
        return "twelve-gradients", {**network(random, most=4), "h": float(10 ** random.uniform(-7, -3))}
    return "network-step", {**network(random, most=5), **training(random)}


def loop(random):
    names = ("x", "t", "w1", "b1", "w2", "b2")
    return {**{name: float(random.normal(0, 1)) for name in names},
            "learning_rate": float(10 ** random.uniform(-3, 0.5)), "steps": int(random.integers(1, 60))}


def network(random, most):
    sizes = random.integers(1, 5, random.integers(2, most + 2)).tolist()
    rows, loss = int(random.integers(1, 9 if most > 4 else 5)), str(random.choice(LOSSES))
    spread = float(random.choice([0.3, 1.0, 1.0, 3.0]))
    layers = [{"weights": random.normal(0, spread, (out, into)).tolist(), "biases": random.normal(0, 0.5, out).tolist(),
               "activation": str(random.choice(PLAIN))} for into, out in pairwise(sizes)]
    layers[-1]["activation"] = str(random.choice(LAST.get(loss, [*PLAIN, "softmax"])))
    return {"x": random.normal(0, 1, (rows, sizes[0])).tolist(), "t": targets(random, loss, (rows, sizes[-1])),
            "layers": layers, "loss": loss}


def targets(random, loss, shape):
    if loss == "cross_entropy" and random.integers(2):
        return random.integers(0, shape[1], shape[0]).tolist()
    if loss == "cross_entropy":
        return random.dirichlet(np.ones(shape[1]), shape[0]).tolist()
    if loss == "binary_cross_entropy":
        return (random.random(shape) if random.integers(2) else random.integers(0, 2, shape).astype(float)).tolist()
    return random.normal(0, 1, shape).tolist()


def training(random):
    name = str(random.choice(OPTIMIZERS))
    rate = float(10 ** random.uniform(-3, -0.5 if name in ("sgd", "momentum", "nesterov") else -1.5))
    optimizer = {
        "name": name, "learning_rate": rate, "weight_decay": float(random.choice([0.0, 0.0, 0.01, 0.3])),
        "momentum": float(random.choice([0.0, 0.5, 0.9])), "alpha": float(random.choice([0.9, 0.99])),
        "beta1": float(random.choice([0.0, 0.8, 0.9])), "beta2": float(random.choice([0.9, 0.999])),
        "epsilon": float(random.choice([1e-12, 1e-8, 1e-3])), "epsilon_inside_root": bool(random.integers(2)),
    }
    return {"optimizer": optimizer, "steps": int(random.integers(1, 6)), "train_biases": bool(random.integers(2)),
            "update": str(random.choice(["simultaneous", "sequential"]))}
