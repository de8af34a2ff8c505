"""Examples of activation functions, their slopes and their kinks."""
