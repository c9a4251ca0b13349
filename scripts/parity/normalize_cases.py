"""What torchvision's ToTensor and Normalize compute, written out in PyTorch.

A case is { name, dtype, mean, std, shape, bytes | input, output }: pixels are [H, W, C] bytes or
(..., C, H, W) floats, the output is (..., C, H, W).
"""

import base64

import torch

from encode import encode

CONSTANTS = {
    "IMAGENET": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "CLIP": ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
    "MNIST": ([0.1307], [0.3081]),
    "CIFAR10": ([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]),
    "halves": ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
    "other signs": ([-0.1, 0.0, 0.9], [-0.7, 1e-3, 15.0]),
}
DTYPES = {"float32": torch.float32, "float64": torch.float64}
FLOAT_SHAPES = [[3, 5, 7], [2, 3, 4, 4], [2, 2, 3, 1, 3], [3, 1, 130]]
SPECIAL = [0.0, -0.0, 1e-40, 3e38, float("inf"), float("-inf"), float("nan"), 0.485]


def to_tensor(pixels, dtype):
    """torchvision's functional.to_tensor, with `dtype` as PyTorch's default dtype."""
    return pixels.permute((2, 0, 1)).contiguous().to(dtype=dtype).div(255)


def normalize(tensor, mean, std):
    """torchvision's functional.normalize."""
    tensor = tensor.clone()
    mean = torch.as_tensor(mean, dtype=tensor.dtype)
    std = torch.as_tensor(std, dtype=tensor.dtype)
    return tensor.sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))


def byte_case(name, dtype, generator):
    """Each byte once in each channel."""
    mean, std = CONSTANTS[name]
    planes = [torch.randperm(256, generator=generator) for _ in mean]
    pixels = torch.stack(planes, dim=1).to(torch.uint8).reshape(16, 16, len(mean))
    return {
        "name": name,
        "dtype": dtype,
        "mean": mean,
        "std": std,
        "shape": list(pixels.shape),
        "bytes": base64.b64encode(bytes(pixels.flatten().tolist())).decode("ascii"),
        "output": encode(normalize(to_tensor(pixels, DTYPES[dtype]), mean, std)),
    }


def float_case(name, dtype, shape, generator):
    mean, std = CONSTANTS[name]
    # one value for all channels, as torchvision broadcasts it
    if name == "halves":
        mean, std = mean[:1], std[:1]
    x = torch.randn(shape, generator=generator, dtype=DTYPES[dtype])
    x.view(-1)[: len(SPECIAL)] = torch.tensor(SPECIAL, dtype=x.dtype)
    return {
        "name": name,
        "dtype": dtype,
        "mean": mean,
        "std": std,
        "shape": shape,
        "input": encode(x),
        "output": encode(normalize(x, mean, std)),
    }


def record(generator):
    cases = [byte_case(name, dtype, generator) for name in CONSTANTS for dtype in DTYPES]
    for dtype in DTYPES:
        for shape in FLOAT_SHAPES:
            for name in ("IMAGENET", "halves", "other signs"):
                cases.append(float_case(name, dtype, shape, generator))
    return cases
