"""Examples of what depth does: chains of slopes, initial weights, counts, costs, and graphs of operations."""
