#!/bin/sh
# PyTorch's GroupNorm of a channels-last float32 batch at a mean of 1,000.
#
# Seen with torch 2.15.0 on the CPU: outputs that should lie between -5 and 5 are off by more than a
# thousand (1,261 at 10,000 elements to a group), and their gradients by far more. The very same numbers
# laid out contiguously are right to 1e-3. At 10 elements to a group the error is 0.19 already.
# Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch
from torch.nn.functional import group_norm

torch.manual_seed(0)
torch.set_num_threads(1)
print("torch", torch.__version__)
worst = {}
for size in (10, 1000, 10_000):
    x = torch.randn(2, 4, 5, size // 10) + 1000
    right = group_norm(x.double(), 2)
    last = x.contiguous(memory_format=torch.channels_last)
    errors = [(group_norm(each, 2) - right).abs().max().item() for each in (x, last)]
    worst[size] = errors
    print(
        f"{size:6} elements to a group, |right| up to {right.abs().max():.1f}: "
        f"off by {errors[0]:.5f} contiguous, by {errors[1]:.2f} channels last"
    )
contiguous, channels_last = worst[10_000]
assert contiguous < 1e-3 and channels_last > 1000, worst[10_000]
assert worst[10][1] > 0.1, worst[10]
PYTHON
