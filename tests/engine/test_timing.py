"""The timing probe: its shape, never its microseconds."""

import gc

import numpy as np

from tutor.engine.timing import time_by_depth


def test_every_round_times_every_depth_and_deeper_takes_longer():
    timing = time_by_depth(16, 8, (1, 4, 16), rounds=5)
    assert timing.seconds.shape == (5, 3)
    assert (timing.seconds > 0).all()
    medians = np.median(timing.seconds, axis=0)
    assert medians[0] < medians[1] < medians[2]


def test_the_measurement_tells_how_undisturbed_it_was():
    timing = time_by_depth(4, 4, (1,), activation="tanh", rounds=3)
    assert timing.depths == (1,)
    assert 0 < timing.cpu_over_wall <= 1
    assert timing.wall > 0
    assert timing.load is None or timing.load >= 0


def test_garbage_collection_is_as_it_was():
    for switch in (gc.disable, gc.enable):
        switch()
        enabled = gc.isenabled()
        time_by_depth(4, 4, (1,), rounds=1)
        assert gc.isenabled() == enabled
