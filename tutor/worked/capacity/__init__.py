"""Examples of what a model can and cannot represent, and of fitting too closely."""
