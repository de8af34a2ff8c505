"""Another library as the judge: without PyTorch (`pip install tutor[peers]`) these comparisons are skipped."""

import pytest


class Comparison(pytest.Module):
    """A file of tests that cannot even be read without PyTorch."""

    def collect(self):
        pytest.importorskip("torch")
        return super().collect()


def pytest_pycollect_makemodule(module_path, parent):
    return Comparison.from_parent(parent, path=module_path)


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """On networks this small, PyTorch's threads spend ten times as long waiting for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
