"""What PyTorch does where this package differs on purpose: docs/differences.md has a row for each."""

import math
import warnings

import torch
from torch import nn
from torch.nn import functional as F

BARE = {"affine": False, "track_running_stats": False}


def _words(call):
    """Its words where it refuses; else how often it warns, and whether a result is NaN."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            result = call()
        except (ValueError, RuntimeError) as error:
            return str(error)
    nan = isinstance(result, torch.Tensor) and result.isnan().any()
    return {"warnings": len(warned), "nan": bool(nan)}


def _load_half():
    layer = nn.BatchNorm1d(3)
    state = {"weight": torch.full((3,), 2.0), "bias": torch.zeros(4)}
    _words(lambda: layer.load_state_dict(state))
    return layer.weight.tolist()


def _refused_batch():
    layer = nn.BatchNorm1d(3)
    _words(lambda: layer(torch.zeros(1, 3)))
    return int(layer.num_batches_tracked)


def _off_later():
    layer = nn.BatchNorm1d(3, affine=False)
    layer.track_running_stats = False
    return layer(torch.randn(4, 5))


def _lazy():
    layer = nn.LazyInstanceNorm1d(**BARE)
    layer(torch.randn(2, 3, 4))
    return layer.num_features


def record():
    x, constant = torch.randn(4, 3), torch.ones(4, 3)
    wide = x.double()
    return [
        {"name": "eps 0 in training", "torch": _words(lambda: nn.BatchNorm1d(3, eps=0.0)(constant))},
        {"name": "eps 0 of a constant row", "torch": _words(lambda: nn.LayerNorm(3, eps=0.0)(constant))},
        {"name": "negative eps", "torch": _words(lambda: nn.LayerNorm(3, eps=-1.5)(x))},
        {"name": "eps NaN", "torch": _words(lambda: nn.BatchNorm1d(3, eps=math.nan)(x))},
        {"name": "momentum NaN", "torch": _words(lambda: nn.BatchNorm1d(3, momentum=math.nan)(x))},
        {"name": "no channels", "torch": _words(lambda: nn.BatchNorm1d(0))},
        {"name": "GroupNorm of no positions", "torch": _words(lambda: nn.GroupNorm(1, 3)(torch.zeros(2, 3, 0)))},
        {"name": "GroupNorm of no channels", "torch": _words(lambda: F.group_norm(torch.zeros(2, 0, 4), 1))},
        {"name": "one running statistic", "torch": _words(lambda: F.batch_norm(x, torch.zeros(3), None, training=True))},
        {"name": "other channels, BatchNorm", "torch": _words(lambda: nn.BatchNorm1d(5, **BARE)(x))},
        {"name": "other channels, InstanceNorm", "torch": _words(lambda: nn.InstanceNorm1d(5)(torch.randn(2, 3, 4)))},
        {"name": "other channels, GroupNorm", "torch": _words(lambda: nn.GroupNorm(1, 5, affine=False)(x))},
        {"name": "other channels, tracking switched off", "torch": _words(_off_later)},
        {"name": "channels of a lazy layer without values", "torch": _lazy()},
        {"name": "RMSNorm of mixed dtypes", "torch": _words(lambda: nn.RMSNorm(3)(wide))},
        {"name": "a state dict that half fits", "torch": _load_half()},
        {"name": "batches counted after a refusal", "torch": _refused_batch()},
    ]
