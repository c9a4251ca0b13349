"""Writes what PyTorch's CPU generator draws: random_fixtures.py OUT [--seed N].

A run is { seed, calls }, a call { draw, dtype, shape, first, last }: the first and last 16 values.
Calls of a run follow each other without a new seed.
"""

import argparse
import json

import torch

DTYPES = {"float32": torch.float32, "float64": torch.float64}
DRAWS = {"rand": torch.rand, "randn": torch.randn}
SEEDS = [0, 1, 42, 2**31, 2**32 - 1, 2**32 + 5, 2**53 - 1]
SIZES = [1, 2, 3, 15, 16, 17, 31, 32, 33, 700]


def call(draw, dtype, shape):
    values = DRAWS[draw](shape, dtype=DTYPES[dtype]).flatten().tolist()
    head = {"draw": draw, "dtype": dtype, "shape": shape}
    return {**head, "first": values[:16], "last": values[-16:]}


def runs(seeds):
    for seed in seeds:
        torch.manual_seed(seed)
        yield {"seed": seed, "calls": [call("randn", "float32", [3]), call("rand", "float32", [2, 2])]}
    for draw in DRAWS:
        for dtype in DTYPES:
            torch.manual_seed(7)
            yield {"seed": 7, "calls": [call(draw, dtype, [size]) for size in SIZES]}
    # The second value of a scalar Box-Muller outlives calls that draw otherwise.
    torch.manual_seed(11)
    calls = [("randn", "float64", [1]), ("rand", "float32", [5]), ("randn", "float32", [20])]
    calls += [("randn", "float32", [2, 0]), ("randn", "float32", [4]), ("rand", "float64", [3])]
    yield {"seed": 11, "calls": [call(*c) for c in calls]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, action="append", default=[], help="one more seed")
    arguments = parser.parse_args()
    with open(arguments.out, "w") as file:
        lines = ",\n".join(json.dumps(run, separators=(",", ":")) for run in runs(SEEDS + arguments.seed))
        file.write('{"torch":%s,"runs":[\n%s\n]}\n' % (json.dumps(torch.__version__), lines))


if __name__ == "__main__":
    main()
