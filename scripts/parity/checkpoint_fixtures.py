"""Writes files of tensors with Python's safetensors and NumPy: checkpoint_fixtures.py OUT [--seed N].

OUT/expected.json says what is in them: { torch, numpy, safetensors, seed, files, partial }, and
OUT/headers.json what NumPy and safetensors make of headers that others have written. A file is
a list of [name, dtype, shape, elements] in the order of the file; elements are little-endian in
base64, 16-bit floats widened to float32, and a dtype is NumPy's. `partial` is what PyTorch says on
loading model.safetensors into nets that it does not fit, by prefix: { missing, unexpected }.
"""

import argparse
import base64
import json
import pathlib

import numpy
import safetensors
import safetensors.torch
import torch
from torch import nn

from file_headers import file_headers

FLOATS = [torch.float64, torch.float32]
HALVES = [torch.bfloat16, torch.float16]
# NumPy 1 has half as many.
MOST_AXES = 64 if numpy.lib.NumpyVersion(numpy.__version__) >= "2.0.0" else 32
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]
# Zeros, subnormals, the largest one, infinities and NaN of float16; bfloat16 has others.
EDGES = [0.0, -0.0, 2.0**-24, -3 * 2.0**-24, 2.0**-14, 65504.0] + [
    float(name) for name in ("inf", "-inf", "nan")
]


def floats(dtypes, generator):
    """Tensors of each type, of several ranks and sizes."""
    tensors = {}
    for dtype in dtypes:
        name = str(dtype).split(".")[1]
        draw = torch.randn((2, 3, 2), generator=generator, dtype=torch.float64)
        tensors[name + ".random"] = draw.to(dtype)
        tensors[name + ".edges"] = torch.tensor(EDGES, dtype=torch.float64).to(dtype)
        tensors[name + ".none"] = torch.zeros((3, 0), dtype=dtype)
    return tensors


def every_type(generator):
    """What our library keeps as it is."""
    tensors = floats(FLOATS, generator)
    for dtype in INTEGERS:
        least, most = torch.iinfo(dtype).min, torch.iinfo(dtype).max
        tensors[str(dtype).split(".")[1]] = torch.tensor([[least, 0], [7, most]], dtype=dtype)
    tensors["bool"] = torch.tensor([[True], [False]])
    tensors["count"] = torch.tensor(2**53 - 1)
    tensors["count beyond"] = torch.tensor(-(2**53) - 1)
    tensors["10"] = tensors["9"] = torch.ones(())
    # Their order is that of UTF-8, not of UTF-16; and JSON has to escape some.
    tensors['\uffee "\\\n\x01\x7f/'] = tensors["\U0001f600"] = tensors["\u00e9"] = torch.ones(1)
    return {name: tensor.clone() for name, tensor in tensors.items()}


def whole_model(generator):
    """What PyTorch users have: layers that normalize, among others."""
    model = nn.Sequential()
    model.add_module(
        "backbone",
        nn.Sequential(
            nn.BatchNorm2d(3), nn.Conv2d(3, 2, 1), nn.Sequential(nn.BatchNorm2d(2), nn.GroupNorm(1, 2))
        ),
    )
    model.add_module("head", nn.Linear(2, 2))
    model.train()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
        model.backbone(torch.randn((4, 3, 2, 2), generator=generator))
    return model


def partial_loads(state):
    """What PyTorch finds missing and unexpected, in the part of the state that a prefix begins."""
    nets = {
        "": nn.Sequential(nn.BatchNorm2d(3)),
        "backbone.": nn.Sequential(nn.BatchNorm2d(3), nn.BatchNorm2d(2)),
        "backbone.2.": nn.Sequential(nn.BatchNorm2d(2), nn.GroupNorm(1, 2), nn.LayerNorm(2)),
    }
    found = {}
    for prefix, net in nets.items():
        part = {
            key[len(prefix) :]: value
            for key, value in state.items()
            if key.startswith(prefix) and key != "backbone.1.weight"
        }
        missing, unexpected = net.load_state_dict(part, strict=False)
        found[prefix] = {
            "missing": [prefix + key for key in missing],
            "unexpected": [prefix + key for key in unexpected],
        }
    return found


def arrays(generator):
    """An array of each kind that NumPy saves, by file name."""
    draw = lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64).numpy()
    found = {
        "float64": draw(2, 3),
        "float32": draw(5, 1, 2).astype("f4"),
        "float16": numpy.array(EDGES, "f2"),
        "big-endian": draw(3, 4).astype(">f4"),
        "big-endian-float16": numpy.array(EDGES, ">f2"),
        "big-endian-int64": numpy.array([-(2**63), 2**63 - 1], ">i8"),
        "fortran": numpy.asfortranarray(draw(2, 3, 4)),
        "fortran-int64": numpy.asfortranarray(numpy.arange(6).reshape(2, 3)),
        "scalar": numpy.array(draw()[()]),
        "none": numpy.zeros((0, 3), "f4"),
        "bool": numpy.array([[True, False]]),
        # Their headers end where NumPy begins another line of 64 bytes.
        "many-axes": numpy.zeros([1] * 22, "f4"),
        "more-axes": numpy.zeros([1] * 23, "f4"),
        "most-axes": numpy.zeros([1] * MOST_AXES, "f4"),
    }
    for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        info = numpy.iinfo(kind)
        found[info.dtype.name] = numpy.array([info.min, 7, info.max], kind)
    return found


def describe(name, array):
    if array.dtype.kind == "f" and array.dtype.itemsize == 2:
        array = array.astype("f4")
    elements = array.astype(array.dtype.newbyteorder("<")).tobytes("C")
    return [name, array.dtype.name, list(array.shape), base64.b64encode(elements).decode()]


def describe_torch(name, tensor):
    # which NumPy has not
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return describe(name, tensor.numpy())


def save_torch(path, tensors):
    safetensors.torch.save_file(tensors, path, metadata={"format": "pt"})
    with safetensors.safe_open(path, "pt") as file:
        return [describe_torch(name, file.get_tensor(name)) for name in file.offset_keys()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(arguments.seed)
    state = whole_model(generator).state_dict()
    checkpoints = {
        "types.safetensors": every_type(generator),
        "halves.safetensors": floats(HALVES, generator),
        "model.safetensors": state,
    }
    files = {name: save_torch(out / name, tensors) for name, tensors in checkpoints.items()}
    saved = arrays(generator)
    for name, array in saved.items():
        numpy.save(out / (name + ".npy"), array)
        files[name + ".npy"] = [describe(name, array)]
    some = {name: saved[name] for name in ["float32", "fortran", "int8", "big-endian", "none"]}
    some["a \u00e9/b"] = saved["float64"]
    some["count"] = numpy.array(41)
    numpy.savez(out / "stored.npz", **some)
    numpy.savez_compressed(out / "packed.npz", **some)
    for name in ["stored.npz", "packed.npz"]:
        files[name] = [describe(key, array) for key, array in some.items()]

    versions = {
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "safetensors": safetensors.__version__,
    }
    head = json.dumps({**versions, "seed": arguments.seed, "partial": partial_loads(state)})[1:-1]
    lines = ",\n".join("%s: %s" % (json.dumps(name), json.dumps(value)) for name, value in files.items())
    (out / "expected.json").write_text('{%s, "files": {\n%s\n}}\n' % (head, lines))
    headers = file_headers()
    kinds = ",\n".join(
        '"%s": [\n%s\n]' % (kind, ",\n".join(map(json.dumps, cases))) for kind, cases in headers.items()
    )
    (out / "headers.json").write_text("{\n%s\n}\n" % kinds)
    print(", ".join("%s %s" % item for item in versions.items()), f": {len(files)} files in {out}")


if __name__ == "__main__":
    main()
