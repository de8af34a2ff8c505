"""Examples of going downhill: gradient descent, learning rates, optimizers, batches, and what goes wrong."""
