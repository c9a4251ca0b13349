#!/bin/sh
# PyTorch's modules after a call that they refused.
#
# Seen with torch 2.15.0 on the CPU. A strict load_state_dict that raises has copied what fits: two tensors
# of four are new, the error names the others alone. A batch of one row, which BatchNorm1d refuses in
# training, is counted in num_batches_tracked, which weighs later batches where momentum is None: the running
# mean after it and one batch of mean 10 is 5. Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch
from torch import nn

print("torch", torch.__version__)
layer = nn.BatchNorm1d(3)
state = {
    "weight": torch.full((3,), 2.0),
    "bias": torch.zeros(4),
    "running_mean": torch.full((3,), 5.0),
    "running_var": torch.ones(4),
}
try:
    layer.load_state_dict(state, strict=True)
    raise SystemExit("it loads")
except RuntimeError as error:
    print(error)
print("afterwards: weight", layer.weight.tolist(), "running_mean", layer.running_mean.tolist())
assert layer.weight.tolist() == [2, 2, 2] and layer.running_mean.tolist() == [5, 5, 5]

layer = nn.BatchNorm1d(3, momentum=None)
try:
    layer(torch.zeros(1, 3))
    raise SystemExit("it takes one row")
except ValueError as error:
    print(error)
print("batches counted:", int(layer.num_batches_tracked))
assert int(layer.num_batches_tracked) == 1
layer(torch.full((4, 3), 10.0))
print("running mean after one batch of mean 10, cumulative average:", layer.running_mean.tolist())
assert layer.running_mean.tolist() == [5, 5, 5]
PYTHON
