"""Reads the files that our library wrote from Python's: check_checkpoints.py THEIRS OURS.

Fails where one is missing, cannot be read or holds something else; 16-bit floats are float32 in ours.
"""

import pathlib
import sys

import numpy
import safetensors
import torch
from safetensors.torch import load_file


def wider(tensor):
    return tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor


def same(ours, theirs):
    as_bytes = lambda tensor: numpy.nan_to_num(tensor.numpy(), nan=12345.0).tobytes()
    return (
        ours.dtype == theirs.dtype and ours.shape == theirs.shape and as_bytes(ours) == as_bytes(theirs)
    )


def check_safetensors(ours, theirs):
    read, expected = load_file(ours), load_file(theirs)
    assert sorted(read) == sorted(expected), "its names are " + ", ".join(read)
    for name, tensor in expected.items():
        assert same(read[name], wider(tensor)), "%s is another: %s" % (name, read[name])
    with safetensors.safe_open(ours, "pt") as file:
        assert file.metadata() == {"format": "pt"}, file.metadata()


def check_npy(ours, theirs):
    read, expected = numpy.load(ours), numpy.load(theirs)
    half = expected.dtype.kind == "f" and expected.dtype.itemsize == 2
    dtype = numpy.dtype("f4") if half else expected.dtype.newbyteorder("=")
    assert read.dtype == dtype and read.shape == expected.shape, (read.dtype, read.shape)
    assert numpy.array_equal(read, expected.astype(dtype), equal_nan=dtype.kind == "f"), read


def main():
    theirs, ours = (pathlib.Path(folder) for folder in sys.argv[1:])
    failed = 0
    checks = {".safetensors": check_safetensors, ".npy": check_npy}
    files = sorted(path for path in theirs.iterdir() if path.suffix in checks)
    for path in files:
        try:
            checks[path.suffix](ours / path.name, path)
        except Exception as error:
            failed += 1
            print("%s: %s: %s" % (path.name, type(error).__name__, error))
    print(
        "Python's safetensors %s and NumPy %s read %d of %d files that we wrote"
        % (safetensors.__version__, numpy.__version__, len(files) - failed, len(files))
    )
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
