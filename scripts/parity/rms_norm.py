"""RMSNorm, which PyTorch has from 2.4 on: composed of its operations where it has none."""

import torch
from torch import nn
from torch.nn import functional as F


def composed(x, normalized_shape, weight=None, eps=None):
    dims = tuple(range(-len(normalized_shape), 0))
    eps = torch.finfo(x.dtype).eps if eps is None else eps
    output = x * torch.rsqrt((x * x).mean(dims, keepdim=True) + eps)
    return output if weight is None else output * weight


class Composed(nn.Module):
    """With the repr of PyTorch 2.4."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.weight = nn.Parameter(torch.ones(shape)) if elementwise_affine else None

    def forward(self, x):
        return composed(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}".format(
            **self.__dict__
        )


Composed.__name__ = "RMSNorm"
RMSNorm = getattr(nn, "RMSNorm", Composed)
rms_norm = getattr(F, "rms_norm", composed)
