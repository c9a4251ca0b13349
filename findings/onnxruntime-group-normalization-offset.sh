#!/bin/sh
# onnxruntime's GroupNormalization (opset 21) of float32 numbers away from 0.
#
# Seen with onnxruntime 1.32.0 on the CPU, 10,000 elements of deviation 1 to a group: about 1,000 an output
# that should lie between -5 and 5 is off by 1.3, about 10,000 outputs are NaN.
# LayerNormalization of the very same groups is right to 1e-3. Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper

GROUPS, PER_GROUP = 8, 10_000


def run(operation, x, **attributes):
    parameter = [x.shape[1]] if operation == "GroupNormalization" else [PER_GROUP]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node(operation, ["x", "scale", "bias"], ["y"], epsilon=1e-5, **attributes)],
        operation,
        [
            info("x", TensorProto.FLOAT, x.shape),
            info("scale", TensorProto.FLOAT, parameter),
            info("bias", TensorProto.FLOAT, parameter),
        ],
        [info("y", TensorProto.FLOAT, x.shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    session = ort.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    ones, zeros = np.ones(parameter, np.float32), np.zeros(parameter, np.float32)
    return session.run(None, {"x": x, "scale": ones, "bias": zeros})[0]


def off(offset):
    noise = np.random.default_rng(0).standard_normal((GROUPS, PER_GROUP))
    rows = (noise + offset).astype(np.float32)
    wide = rows.astype(np.float64)
    deviation = wide - wide.mean(1, keepdims=True)
    right = deviation / np.sqrt((deviation**2).mean(1, keepdims=True) + 1e-5)
    group = run("GroupNormalization", rows.reshape(1, GROUPS, PER_GROUP), num_groups=GROUPS)
    layer = run("LayerNormalization", rows, axis=1)
    return [np.abs(y.reshape(right.shape) - right).max() for y in (group, layer)], np.abs(right).max()


print("onnxruntime", ort.__version__)
found = {}
for offset in (0, 1_000, 10_000, 100_000):
    found[offset], largest = off(offset)
    print(
        f"about {offset:7,}, |right| up to {largest:.1f}: GroupNormalization off by "
        f"{found[offset][0]:.6f}, LayerNormalization by {found[offset][1]:.6f}"
    )
assert found[0][0] < 1e-4, found
assert found[1_000][0] > 1 and np.isnan(found[10_000][0]), found
assert found[1_000][1] < 1e-4 and found[10_000][1] < 1e-3, found
PYTHON
