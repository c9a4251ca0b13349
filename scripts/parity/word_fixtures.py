"""Writes the digests of all 65,536 two-byte values as torchvision normalizes them.

usage: python3 word_fixtures.py test/transforms/fixtures/words.json
"""

import hashlib
import json
import sys

import torch
import torchvision
from torchvision.transforms import functional as F

CONSTANTS = [(0.485, 0.229), (0.1307, 0.3081), (0.0, 1.0), (0.5, -0.3)]


def digest(mean, std, dtype):
    words = torch.arange(65536, dtype=torch.int32).to(torch.uint16).reshape(1, 256, 256)
    image = F.normalize(F.convert_image_dtype(words, dtype), [mean], [std])
    return hashlib.sha256(image.numpy().tobytes()).hexdigest()


def main(path):
    cases = [
        {
            "mean": mean,
            "std": std,
            "float32": digest(mean, std, torch.float32),
            "float64": digest(mean, std, torch.float64),
        }
        for mean, std in CONSTANTS
    ]
    # Without what the wheel was built for, which changes nothing here.
    versions = {
        "torch": torch.__version__.split("+")[0],
        "torchvision": torchvision.__version__.split("+")[0],
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**versions, "cases": cases}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
