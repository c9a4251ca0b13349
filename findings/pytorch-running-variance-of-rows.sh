#!/bin/sh
# PyTorch's running statistics of a float32 batch (N, C), or channels last, of a million rows.
#
# Seen with torch 2.15.0 on the CPU: for normal noise of variance 1 about 1,000 the running variance is
# 80 and the running mean 1,009 on one thread (15 and 996 on two); about 10,000 the variance is
# 17,140. The rows are summed one after another in float32. The same numbers as (1, C, N), contiguous,
# give 1.00 and 1000.0. Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch

torch.manual_seed(0)
print("torch", torch.__version__)


def running(x):
    layer = torch.nn.BatchNorm1d(x.shape[1], momentum=1.0)
    layer(x)
    return layer.running_mean[0].item(), layer.running_var[0].item()


found = {}
for mean in (1_000, 10_000):
    x = torch.randn(1_000_000, 4) + mean
    print(f"mean {mean}, right variance {x[:, 0].double().var():.4f}")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        found[mean, threads] = running(x)
        print(f"  (N, C), {threads} thread(s): running mean %.1f, variance %.1f" % found[mean, threads])
    contiguous = running(x.T.contiguous()[None])
    print("  the same numbers as (1, C, N): running mean %.1f, variance %.4f" % contiguous)
    assert abs(contiguous[1] - 1) < 0.01, contiguous
assert 75 < found[1_000, 1][1] < 85, found
assert found[1_000, 2][1] > 5, found
assert found[10_000, 1][1] > 10_000, found
PYTHON
