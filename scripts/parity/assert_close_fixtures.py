"""Writes what torch.testing.assert_close says: assert_close_fixtures.py OUT.

A case is { actual, expected, options, message }: null where they are close. A tensor is { dtype,
shape, data }, its NaN, Infinity and -Infinity as strings.
"""

import json
import math
import random
import sys

import torch
from torch.testing import assert_close

INF, NAN = float("inf"), float("nan")


def special(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def plain(value):
    if isinstance(value, torch.Tensor):
        data = value.flatten().tolist()
        dtype = str(value.dtype).removeprefix("torch.")
        return {"dtype": dtype, "shape": list(value.shape), "data": [special(v) for v in data]}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    return None if value is None else special(value)


def case(actual, expected, **options):
    try:
        assert_close(actual, expected, **options)
        message = None
    except AssertionError as error:
        message = str(error)
    return {
        "actual": plain(actual),
        "expected": plain(expected),
        "options": options,
        "message": message,
    }


def f32(*values):
    return torch.tensor(values, dtype=torch.float32)


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


def i64(*values):
    return torch.tensor(values, dtype=torch.int64)


def by_hand():
    exact = {"rtol": 0.0, "atol": 0.0}
    yield case(f32(1, 2, 3), f32(1, 2.1, 3))
    yield case(f32(1, 2, 3), f32(1, 2, 3))
    yield case(f32(1, 2, 3, 4).reshape(2, 2), f32(1, 2.1, 3, 5).reshape(2, 2))
    yield case(torch.zeros(2, 3, 4), torch.ones(2, 3, 4))
    yield case(torch.zeros(0, 3), torch.zeros(0, 3))
    yield case(f32(1, NAN), f32(1, NAN))
    yield case(f32(1, NAN), f32(1, NAN), equal_nan=True)
    yield case(f32(1, NAN), f32(1, NAN), **exact)
    yield case(f32(5, NAN, 1), f32(1, 1, NAN), equal_nan=True)
    yield case(f32(1, INF), f32(1, INF))
    yield case(f32(1, INF), f32(1, -INF))
    yield case(f32(1, INF, 3), f32(1, 2, 3))
    yield case(f32(3e38), f32(-3e38))
    yield case(f32(1e-3, 0), f32(0, 0))
    yield case(f32(0, 1e-6), f32(0, 0))
    yield case(f64(1, 2, 3), f64(1, 2 + 1e-6, 3))
    yield case(f64(1, 2, 3), f64(1, 2 + 1e-8, 3))
    yield case(f32(1), f64(1))
    yield case(f32(1), f64(1.00001), check_dtype=False)
    yield case(f32(1), f64(1.0001), check_dtype=False)
    yield case(f32(1), f32(1).reshape(1, 1))
    yield case(f32(1), f64(1, 2))
    yield case(torch.tensor(1.0), torch.tensor(2.0))
    yield case(torch.tensor(1.0), torch.tensor(0.0))
    yield case(torch.tensor(1.0), torch.tensor(NAN))
    yield case(i64(1, 2, 7), i64(1, 3, 7))
    yield case(i64(1, 2, 7), i64(1, 2, 7))
    yield case(f32(1), f32(1.1), rtol=0.2, atol=0.0)
    yield case(f32(1), f32(1.1), **exact)
    yield case(f32(0, 0), f32(1e-3, 0), rtol=0.0, atol=1e-5)
    yield case(f32(1e-8), f32(1e-9), rtol=1e-3, atol=0.0)
    yield case(f32(16777216), f32(16777220), rtol=0.0, atol=1.0)
    yield case(1.5, 1.6)
    yield case(1.5, 1.5)
    yield case(1.5, 0.0)
    yield case([f32(1), 2.5], [f32(1), 3.5])
    yield case([1.5, 2.5], [1.5])
    yield case({"a": f32(1), "b": f32(2)}, {"a": f32(1), "b": f32(3)})
    yield case({"a": {"b": [f32(1), 2.5]}}, {"a": {"b": [f32(1), 3.5]}})
    yield case({"a": 1.5, "c": 2.5}, {"b": 1.5, "c": 2.5})
    yield case([None, f32(1)], [None, f32(2)])
    for size in (8, 16, 400):  # shares whose last digit is a half
        yield case(f32(*range(size)), f32(1, *range(1, size)))


def at_the_tolerance(seed):
    """Differences of about the tolerance: what counts is how sums are rounded."""
    generator = random.Random(seed)
    for dtype, rtol, atol in (
        (torch.float32, 1.3e-6, 1e-5),
        (torch.float64, 1e-7, 1e-7),
        (torch.float32, 1e-3, 0.0),
        (torch.float32, 0.0, 1e-4),
    ):
        for _ in range(8):
            expected = [generator.uniform(-10, 10) for _ in range(6)]
            actual = [
                e + generator.choice((-1, 1)) * (atol + rtol * abs(e)) * generator.uniform(0.97, 1.02)
                for e in expected
            ]
            pair = (torch.tensor(values, dtype=dtype).reshape(2, 3) for values in (actual, expected))
            yield case(*pair, rtol=rtol, atol=atol)


def main(path):
    cases = [*by_hand(), *at_the_tolerance(0)]
    with open(path, "w") as file:
        file.write(f'{{"torch": {json.dumps(torch.__version__)}, "cases": [\n')
        file.write(",\n".join(json.dumps(each) for each in cases))
        file.write("\n]}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
