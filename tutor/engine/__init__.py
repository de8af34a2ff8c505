"""Networks, gradients, optimizers and training in NumPy; knows no language, no database and no web."""
