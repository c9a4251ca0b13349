"""Writes how PyTorch prints a wide range of tensors: print_fixtures.py OUT [--cases N] [--seed N].

A case is { dtype, shape, text } and either `values`, a list (NaN, Infinity, -Infinity and -0 as
strings), some with `parameter`, what a Parameter of them prints; or `pattern`, [multiplier, modulus,
shift, divisor]: element i is ((i * multiplier) % modulus - shift) / divisor.
"""

import argparse
import json
import math
import random
import struct

import torch

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def special(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0"
    return value


def as_float32(value):
    if math.isfinite(value) and abs(value) < 3.4e38:
        return struct.unpack("f", struct.pack("f", value))[0]
    return value


def case(dtype, shape, values):
    tensor = torch.tensor(values, dtype=torch.float64).to(DTYPES[dtype]).reshape(shape)
    return {
        "dtype": dtype,
        "shape": shape,
        "values": [special(v) for v in values],
        "text": repr(tensor),
    }


def pattern_case(dtype, shape, pattern):
    multiplier, modulus, shift, divisor = pattern
    size = math.prod(shape)
    values = [((i * multiplier) % modulus - shift) / divisor for i in range(size)]
    text = case(dtype, shape, values)["text"]
    return {"dtype": dtype, "shape": shape, "pattern": pattern, "text": text}


def parameter_case(dtype, values):
    tensor = torch.tensor(values, dtype=DTYPES[dtype])
    written = case(dtype, [len(values)], values)
    return {**written, "parameter": repr(torch.nn.Parameter(tensor))}


def fixed_cases():
    nan, inf = math.nan, math.inf
    lists = [
        [3.0],
        [0.0],
        [-0.0, 0.0],
        [nan, inf, -inf],
        [1.0, nan, inf],
        [1.5, nan, -inf],
        [1e9, nan, -inf, 0.0],
        [1000.0, 1.0],
        [1001.0, 1.0],
        [1e8, 1e5],
        [1.5e8, 1.0e8],
        [1e-4, 1e-3],
        [9e-5, 1e-3],
        [1e-10],
        [0.03125, 0.09375, -0.03125, 0.15625],  # halves of the fourth decimal
        [100005.0, 100015.0, 1.0],  # halves of the mantissa's fourth decimal
        [1.00005e-10, 3.0000500000000001e300],
        [0.99995, 0.999949],
        [1e300, 1e-300, 5e-324],
        [9.9999e99, 9.99999e99],
        [16777216.0, 99999999.0],
        [2.0**-14, 3 * 2.0**-13, 1.0, 2.0**-27],
        list(range(40)),
        [v / 8 for v in range(-30, 30)],
    ]
    for values in lists:
        for dtype in DTYPES:
            yield case(dtype, [len(values)], [float(v) for v in values])
    for size in range(1, 20):
        yield parameter_case("float32", [0.5] * size)
        yield parameter_case("float64", [1.0] * size)
    for dtype in DTYPES:
        for value in [3.0, -0.0, 0.5, 1e9, nan, -inf, 1e-7]:
            yield case(dtype, [], [value])
        for shape in [[0], [0, 3], [2, 0], [0, 0, 0], [3, 0, 2, 5, 1]]:
            yield case(dtype, shape, [])
    patterns = [(7919, 10007, 5000, 64), (31, 97, 48, 1), (104729, 1000003, 7, 0.001)]
    shapes = [
        [1000],
        [1001],
        [20, 50],
        [20, 51],
        [7, 200],
        [6, 200],
        [1, 1500],
        [1500, 1],
        [1500, 7],
        [8, 1, 7, 30],
        [8, 3, 10, 10],
        [2, 2, 300],
        [7, 9, 2, 9],
        [2, 1, 20, 1, 30],
        [2] * 10,
        [3, 6, 60],
        [100, 100, 0],
    ]
    for i, shape in enumerate(shapes):
        yield pattern_case("float32", shape, patterns[i % 3])
        if math.prod(shape) > 1024:
            yield pattern_case("float64", shape, patterns[(i + 1) % 3])


def random_value(rng, kind):
    if rng.random() < 0.05:
        return rng.choice([0.0, -0.0, math.nan, math.inf, -math.inf])
    if kind == "normal":
        return rng.gauss(0, 1)
    if kind == "whole":
        return float(rng.randint(-(10 ** rng.randint(0, 9)), 10 ** rng.randint(0, 9)))
    if kind == "small":
        return rng.gauss(0, 1) * 10.0 ** -rng.randint(0, 8)
    if kind == "halves":
        return rng.randint(-(10**6), 10**6) / 32
    if kind == "decimal halves":
        return (rng.randint(10000, 99999) * 10 + 5) * 10.0 ** rng.randint(-20, 20)
    return rng.choice([-1, 1]) * 10 ** rng.uniform(-30, 30)


KINDS = ["normal", "whole", "small", "halves", "decimal halves", "any"]


def random_case(rng):
    dtype = rng.choice(list(DTYPES))
    rank = rng.randint(0, 5)
    shape = [rng.choice([0, 1, 1, 2, 3, 5]) for _ in range(rank)]
    if rank and rng.random() < 0.5:
        shape[-1] = rng.randint(1, 30)
    while math.prod(shape) > 200:
        shape[rng.randrange(rank)] = 1
    if math.prod(shape) > 60:
        pattern = [rng.randint(1, 10**6), rng.randint(2, 10**6), rng.randint(0, 10**5)]
        return pattern_case(dtype, shape, [*pattern, rng.choice([1, 3, 1024, 10**7])])
    kind = rng.choice(KINDS)
    values = [random_value(rng, kind) for _ in range(math.prod(shape))]
    return case(dtype, shape, [as_float32(v) for v in values] if dtype == "float32" else values)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--cases", type=int, default=180, help="random cases beside the fixed ones")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    cases = list(fixed_cases()) + [random_case(rng) for _ in range(arguments.cases)]
    with open(arguments.out, "w") as file:
        lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
        file.write('{"torch":%s,"cases":[\n%s\n]}\n' % (json.dumps(torch.__version__), lines))


if __name__ == "__main__":
    main()
