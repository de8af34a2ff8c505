"""Data sets: XOR and spirals."""

import numpy as np

from tutor.engine.datasets import one_hot, spirals, xor


def test_xor_is_true_for_exactly_one_true_input():
    inputs, targets = xor()
    assert [int(a) ^ int(b) for a, b in inputs] == targets.ravel().tolist()


def test_spirals_are_seeded():
    first, again, other = (spirals(20, 3, 0.1, seed)[0] for seed in (1, 1, 2))
    assert (first == again).all()
    assert not (first == other).all()


def test_spirals_stay_in_the_unit_disc_with_as_many_points_in_each_class():
    points, labels = spirals(25, 4, 0.2, 0)
    assert np.hypot(*points.T).max() <= 1 + 1e-12
    assert np.bincount(labels).tolist() == [25] * 4


def test_two_arms_without_noise_face_each_other():
    points, labels = spirals(10, 2, 0.0, 0)
    assert np.allclose(points[labels == 0], -points[labels == 1])


def test_one_hot_rows_have_their_one_at_the_label():
    assert one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
