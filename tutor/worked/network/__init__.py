"""Examples that are one small network, written out: a step, a loop, a chain, and what a trained one answers."""
