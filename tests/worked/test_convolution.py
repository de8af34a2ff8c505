"""Convolutions in one and two dimensions against NumPy's own, direct loops and transposed matrices."""

import numpy as np
import pytest
from any_inputs import any_inputs, computed
from evaluation import assert_sound

from tutor.worked.inputs import InvalidInput, normalise
from tutor.worked.layers import convolution, convolution_2d
from tutor.worked.receipt import every_number


def worked(module, **inputs):
    return module.compute(normalise(module.FIELDS, inputs))


def named(receipt, letter, *shape):
    values = every_number(receipt)
    return np.array([values["_".join([letter, *(str(place + 1) for place in at)])] for at in np.ndindex(*shape)]).reshape(shape)


@pytest.fixture(scope="module")
def line():
    return worked(convolution)


@pytest.fixture(scope="module")
def image():
    return worked(convolution_2d)


def test_a_difference_kernel_sees_the_slope_of_a_ramp(line):
    assert named(line, "y", 3).tolist() == [-2, -2, -2]
    assert named(line, "dw", 3).tolist() == [-18, -27, -36]
    assert named(line, "dx", 5).tolist() == [-3, -3, 0, 3, 3]
    assert (line.numbers["loss"], line.numbers["db"]) == (13.5, -9)


@pytest.mark.parametrize("seed", range(30))
def test_outputs_are_numpys_correlation_and_flipped_ones_its_convolution(seed):
    inputs = any_inputs(convolution.FIELDS, seed)
    receipt = computed(convolution, inputs)
    if receipt is None:
        assert len(inputs["kernel"]) > len(inputs["x"]) + 2 * inputs["padding"]
        return
    assert_sound(receipt)
    x, w, stride = np.pad(inputs["x"], inputs["padding"]), np.array(inputs["kernel"]), inputs["stride"]
    rows = np.array(receipt.arrays["outputs"])
    straight = np.array([x[at : at + w.size] @ w for at in range(0, x.size - w.size + 1, stride)])
    if x.size >= w.size:  # NumPy swaps its arguments otherwise
        assert np.correlate(x, w, "valid")[::stride] == pytest.approx(straight, rel=1e-9, abs=1e-6)
        flipped = np.convolve(x, w, "valid")[::stride] + inputs["bias"]
    assert rows[:, 1] == pytest.approx(straight + inputs["bias"], rel=1e-9, abs=1e-6)
    assert rows[:, 2] == pytest.approx(flipped, rel=1e-9, abs=1e-6)
    assert len(rows) == receipt.numbers["output_length"]


@pytest.mark.parametrize("inputs", [{}, {"stride": 2, "padding": 1}, {"padding": 4, "stride": 3, "kernel": [2, -1]}])
def test_the_dense_layer_with_a_shared_kernel_gives_outputs_and_gradients_of_the_inputs(inputs):
    receipt = worked(convolution, **inputs)
    dense, m = np.array(receipt.arrays["dense"]), int(receipt.numbers["output_length"])
    assert receipt.numbers["largest_dense_difference"] < 1e-12
    assert dense @ named(receipt, "x", 5) == pytest.approx(named(receipt, "y", m), abs=1e-12)
    assert dense.T @ named(receipt, "d", m) == pytest.approx(named(receipt, "dx", 5), abs=1e-12)


def test_every_number_of_kernel_bias_and_input_is_checked(line):
    names = [each.name for each in line.gradient_check.parameters]
    assert names == ["w_1", "w_2", "w_3", "b", "x_1", "x_2", "x_3", "x_4", "x_5"]
    assert line.gradient_check.max_relative_error < 1e-9


def test_a_kernel_is_shared_and_a_dense_layer_is_not(line):
    assert line.numbers["parameters_convolution"] == 4
    assert line.numbers["parameters_dense"] == 3 * 5 + 3
    longer = worked(convolution, x=list(range(12)))
    assert longer.numbers["parameters_convolution"] == 4 < longer.numbers["parameters_dense"]


def test_a_symmetric_kernel_cannot_be_told_from_its_mirror_image():
    rows = np.array(worked(convolution, kernel=[1, 2, 1]).arrays["outputs"])
    assert (rows[:, 1] == rows[:, 2]).all()


def test_a_kernel_longer_than_the_padded_input_is_refused():
    with pytest.raises(InvalidInput) as refused:
        worked(convolution, x=[1, 2], kernel=[1, 2, 3, 4, 5], padding=1)
    assert (refused.value.pointer, refused.value.values) == ("/kernel", {"most": 4})


def quadruple_loop(picture, kernel, bias, stride, padding):
    padded = np.pad(picture, padding)
    height, width = ((size - 3) // stride + 1 for size in padded.shape)
    out = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            for down in range(3):
                for across in range(3):
                    out[row, column] += kernel[down, across] * padded[row * stride + down, column * stride + across]
    return out + bias


@pytest.mark.parametrize("seed", range(30))
def test_features_are_those_of_four_nested_loops(seed):
    inputs = any_inputs(convolution_2d.FIELDS, seed, {"own_kernel": np.random.default_rng(seed).normal(size=(3, 3)).tolist()})
    receipt = computed(convolution_2d, inputs)
    if receipt is None:
        assert min(np.shape(inputs["image"])) + 2 * inputs["padding"] < 3
        return
    assert_sound(receipt)
    settings = inputs["bias"], inputs["stride"], inputs["padding"]
    wanted = quadruple_loop(np.array(inputs["image"]), np.array(receipt.arrays["kernel"]), *settings)
    assert np.array(receipt.arrays["features"]) == pytest.approx(wanted, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("kernel", ["identity", "edge", "blur", "sharpen"])
def test_a_flat_image_shows_what_a_kernel_adds_up_to(kernel):
    receipt = worked(convolution_2d, image=[[4] * 5] * 5, kernel=kernel)
    total = {"identity": 1, "edge": 0, "blur": 1, "sharpen": 1}[kernel]
    assert np.array(receipt.arrays["features"]) == pytest.approx(np.full((3, 3), 4.0 * total))


def test_the_identity_kernel_gives_the_image_back():
    receipt = worked(convolution_2d, kernel="identity", padding=1)
    assert receipt.arrays["features"] == receipt.arrays["image"]


def test_an_edge_kernel_answers_where_the_image_changes_from_left_to_right():
    step = [[0, 0, 0, 1, 1, 1]] * 6
    assert worked(convolution_2d, image=step).arrays["features"] == [[0, 3, 3, 0]] * 4
    assert np.abs(worked(convolution_2d, image=np.transpose(step).tolist()).arrays["features"]).max() == 0


def test_pooling_keeps_the_largest_of_each_window_and_sends_the_gradient_there_alone(image):
    features, pooled = np.array(image.arrays["features"]), np.array(image.arrays["pooled"])
    windows = features.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(2, 2, 4)
    assert (windows.max(-1) == pooled).all()
    reached = np.array(image.arrays["to_features"])
    assert (reached != 0).sum() == image.numbers["gradient_reached"] == pooled.size
    assert (reached[features == pooled[0, 0]] == named(image, "d", 2, 2)[0, 0]).all()


def test_the_gradient_of_the_kernel_is_a_correlation_of_image_and_feature_gradients(image):
    picture, reached = np.array(image.arrays["image"]), np.array(image.arrays["to_features"])
    wanted = [[(picture[row : row + 4, column : column + 4] * reached).sum() for column in range(3)] for row in range(3)]
    assert np.array(image.arrays["to_kernel"]) == pytest.approx(np.array(wanted), abs=1e-9)
    assert image.numbers["db"] == pytest.approx(reached.sum())
    assert image.gradient_check.max_relative_error < 1e-8
    assert len(image.gradient_check.parameters) == 10


def test_equal_features_in_a_window_are_told_as_a_tie():
    tied = worked(convolution_2d, image=[[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 1, 1]])
    assert tied.arrays["features"][0] == [3, 3]
    assert "pooling-tie" in tied.conventions
    assert any(each.kink for each in tied.gradient_check.parameters)


def test_counts_follow_from_the_sizes(image):
    numbers = image.numbers
    assert (numbers["output_height"], numbers["output_width"]) == (4, 4)
    assert (numbers["parameters_convolution"], numbers["parameters_dense"]) == (10, 16 * 37)
    assert (numbers["receptive_height"], numbers["receptive_width"]) == (4, 4)


def test_a_change_outside_the_receptive_field_leaves_the_first_pooled_value_alone(image):
    def first(row, column):
        picture = np.array(convolution_2d.IMAGE)
        picture[row, column] += 50
        return worked(convolution_2d, image=picture.tolist()).numbers["p_1_1"]

    high, wide = int(image.numbers["receptive_height"]), int(image.numbers["receptive_width"])
    assert first(high, 0) == first(0, wide) == image.numbers["p_1_1"] != first(high - 1, wide - 1)


def test_pictures_run_from_0_to_1_with_the_first_row_on_top(image):
    picture = np.array(image.arrays["image_picture"])
    assert (picture.min(), picture.max(), picture.shape) == (0, 1, (24, 24))
    assert picture[-1, -1] == pytest.approx(9 / 9)
    assert picture[0, -1] == pytest.approx(7 / 9, abs=1e-3)


@pytest.mark.parametrize(("inputs", "pointer"), [
    ({"image": [[1, 2]] * 5}, "/image/0"), ({"image": [[1, 2, 3]]}, "/image"),
    ({"kernel": "own", "own_kernel": [[1, 2], [3, 4], [5, 6]]}, "/own_kernel/0"),
])
def test_what_does_not_fit_the_kernel_is_refused_where_it_stands(inputs, pointer):
    with pytest.raises(InvalidInput) as refused:
        worked(convolution_2d, **inputs)
    assert refused.value.pointer == pointer
