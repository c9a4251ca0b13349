#!/usr/bin/env python3
"""Writes what PyTorch computes, for the tests in test/parity to replay.

    python3 scripts/parity/write_fixtures.py [--seed 0] [--out test/parity/fixtures]

Two files there come from others:

    python3 scripts/parity/tree_fixtures.py test/parity/fixtures/trees.json
    python3 examples/ci-parity/train_and_dump.py test/parity/fixtures/ci-dump.json
"""

import argparse
import json
import pathlib

import torch

import difference_cases
import functional_cases
import fuse_cases
import fused_cases
import local_response_cases
import memory_format_cases
import module_cases
import normalize_cases
import refused_cases
import sample_norm_cases
import sample_norm_function
from module_case import Recorder
from sample_norm_case import SampleRecorder

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "test" / "parity" / "fixtures"


def write(path, seed, cases):
    """One case a line, so that a change shows as the lines it changes."""
    head = json.dumps({"torch": torch.__version__, "seed": seed})[1:-1]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path.write_text("{%s, \"cases\": [\n%s\n]}\n" % (head, lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    arguments = parser.parse_args()

    # the order of PyTorch's sums depends on its number of threads
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(arguments.seed)
    files = {}
    for file, case in module_cases.all_cases():
        files.setdefault(file, []).append(Recorder(case, generator).record())
    files["functional"] = [
        functional_cases.record(case, generator) for case in functional_cases.cases()
    ]
    files["fused"] = [functional_cases.record(case, generator) for case in fused_cases.cases()]
    files["refused"] = refused_cases.record()
    files["differences"] = difference_cases.record()
    files["normalize"] = normalize_cases.record(generator)
    files["sample-norm-functions"] = [
        sample_norm_function.record(case, generator) for case in sample_norm_cases.functions()
    ]
    files["sample-norms"] = [
        SampleRecorder(case, generator).record() for case in sample_norm_cases.modules()
    ]
    files["fuse"] = [fuse_cases.record(case, generator) for case in fuse_cases.cases()]

    files["local-response"] = local_response_cases.record(arguments.seed)
    files["memory-formats"] = memory_format_cases.record()

    arguments.out.mkdir(parents=True, exist_ok=True)
    for file, cases in files.items():
        write(arguments.out / f"{file}.json", arguments.seed, cases)
    count = sum(len(cases) for cases in files.values())
    print(f"PyTorch {torch.__version__}, seed {arguments.seed}: {count} cases in {arguments.out}")


if __name__ == "__main__":
    main()
