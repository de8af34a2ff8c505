"""Examples of loss functions and of the outputs they belong to."""
