#!/bin/sh
# torchvision's ways from pixels to floats: they disagree, and one of them wraps.
#
# Seen with torchvision 0.29.2 and torch 2.15.0 on the CPU:
# - ToTensor of a 16-bit grey image (Pillow's I;16) gives int16, unscaled: 40000 becomes -25536.
#   v2.ToImage of the same image gives uint16.
# - transforms.functional.convert_image_dtype divides by 255 and 65535, v2.functional.to_dtype multiplies by the
#   rounded reciprocal: float32 differs for 126 of 256 bytes and 512 of 65,536 two-byte values.
# Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 torchvision==0.29.2 pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision.transforms import functional as v1
from torchvision.transforms.v2 import functional as v2

print("torchvision", torchvision.__version__, "torch", torch.__version__)
image = Image.fromarray(np.full((1, 1), 40000, np.uint16))
old, new = v1.to_tensor(image), v2.to_image(image)
print(f"{image.mode}, 40000: ToTensor {old.item()} ({old.dtype}), v2.ToImage {new.item()} ({new.dtype})")
assert (old.item(), new.item()) == (-25536, 40000)
differ = []
for dtype, count in ((torch.uint8, 256), (torch.uint16, 65536)):
    x = torch.arange(count).to(dtype).reshape(1, 16, -1)
    a = v1.convert_image_dtype(x, torch.float32)
    b = v2.to_dtype(x, torch.float32, scale=True)
    differ.append((a != b).sum().item())
    divided = (x.to(torch.float32) / (count - 1) == a).all().item()
    print(f"{dtype}: {differ[-1]} of {count} values differ; convert_image_dtype divides: {divided}")
    assert divided
assert differ == [126, 512], differ
PYTHON
