"""Examples of layers other than the dense one: convolution, recurrence, normalization, dropout."""
