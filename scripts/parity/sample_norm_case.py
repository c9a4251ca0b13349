"""Runs LayerNorm, RMSNorm, GroupNorm and InstanceNorm modules, and records each result."""

import torch
from torch import nn

from arrangements import Groups, Rows
from module_case import Recorder
from scales import PassScales
from set_scales import InstanceRunningScales, SetScales

CLASSES = {
    "LayerNorm": nn.LayerNorm,
    "RMSNorm": nn.RMSNorm,
    "GroupNorm": nn.GroupNorm,
    "InstanceNorm1d": nn.InstanceNorm1d,
    "InstanceNorm2d": nn.InstanceNorm2d,
    "InstanceNorm3d": nn.InstanceNorm3d,
}
OPTIONS = {
    "eps": "eps",
    "momentum": "momentum",
    "affine": "affine",
    "bias": "bias",
    "elementwiseAffine": "elementwise_affine",
    "trackRunningStats": "track_running_stats",
}


class SampleRecorder(Recorder):
    """A case has the module's name and its arguments, too."""

    Running = InstanceRunningScales

    def __init__(self, case, generator):
        super().__init__(case, generator)
        self.centered = case["module"] != "RMSNorm"
        if case["module"] in ("LayerNorm", "RMSNorm"):
            self.arrangement = Rows(tuple(self.module.normalized_shape))
        elif case["module"] == "GroupNorm":
            self.arrangement = Groups(self.module.num_channels, self.module.num_groups)
        else:
            self.arrangement = Groups(self.module.num_features)
        # what stands for the eps of one precision is no eps of the other
        if self.module.eps is None:
            self.twin.eps = torch.finfo(self.dtype).eps

    def _make(self, shape, options):
        given = {OPTIONS[key]: value for key, value in options.items()}
        return CLASSES[self.case["module"]](*self.case["arguments"], **given)

    def _arguments(self):
        return {"arguments": self.case["arguments"]}

    def _batched(self, x):
        """With the batch dimension that a single sample of InstanceNorm has not."""
        ranks = {"InstanceNorm1d": 3, "InstanceNorm2d": 4, "InstanceNorm3d": 5}
        return x[None] if x.dim() < ranks.get(self.case["module"], 0) else x

    def _uses_input(self, training):
        module = self.twin
        return self.running is None or training or not module.track_running_stats

    def _scales(self, x, grad_output, training):
        module = self.twin
        x, grad_output = self._batched(x), self._batched(grad_output)
        weight, bias = (getattr(module, name, None) for name in ("weight", "bias"))
        if self._uses_input(training):
            last = self.case["memoryFormat"] == "channelsLast"
            by_squares = self.case["module"] == "GroupNorm" and last
            return SetScales(
                self.arrangement, self.centered, x, grad_output, module.eps, weight, bias, by_squares
            )
        buffers = (module.running_mean, module.running_var)
        return PassScales(x, grad_output, *buffers, module.eps, weight, bias, self.running)

    def _tracks(self, x, training):
        # they go on where track_running_stats was set to False
        return self._uses_input(training) and x.numel() > 0

    def _factor(self):
        return self.twin.momentum
