"""The magnitudes of scales.py where each sample is normalized by itself.

Those of the output and of the input's gradient are of each set of elements that share a mean, the
others of each parameter.
"""

import torch

from scales import RunningScales, both, finite, row_largest


class SetScales:
    """The magnitudes of one forward and backward pass.

    `by_squares` says that PyTorch takes the variance for E[x^2] - E[x]^2, as its GroupNorm of
    channels-last inputs does: what is lost there goes with the square of the distance from zero.
    """

    def __init__(self, arrangement, centered, x, grad_output, eps, weight, bias, by_squares=False):
        x, grad_output = finite(x), finite(grad_output).abs()
        rows = arrangement.sets(x)
        mean = rows.mean(1, keepdim=True) if centered else torch.zeros_like(rows[:, :1])
        self.arrangement = arrangement
        self.invstd = 1 / torch.sqrt(((rows - mean) ** 2).mean(1, keepdim=True) + eps)
        self.from_mean = (rows - mean).abs()
        self.from_zero = row_largest(rows)[:, None] + mean.abs()
        self.stretch = 1 + (self.from_zero * self.invstd) ** 2 if by_squares else 1
        expand = lambda parameter: arrangement.sets(arrangement.expand(finite(parameter).abs(), x))
        self.weight = torch.ones_like(rows) if weight is None else expand(weight)
        self.bias = torch.zeros_like(rows) if bias is None else expand(bias)
        self.dy = arrangement.sets(grad_output)
        self.x = x

    def _of_parameters(self, rows):
        """Sums of (sets, elements) over the elements of each parameter."""
        return self.arrangement.parameters(rows.reshape(self.x.shape)).sum(1)

    def output(self):
        scale = self.invstd * self.weight
        return {
            "exact": row_largest(self.from_mean * scale + self.bias),
            "torch": row_largest(self.from_zero * scale * self.stretch + self.bias),
        }

    def grad_weight(self):
        far = (self.from_zero * self.stretch).expand_as(self.dy)
        spread = {"exact": self.from_mean, "torch": far}
        return {
            kind: self._of_parameters(self.dy * size * self.invstd)
            for kind, size in spread.items()
        }

    def grad_bias(self):
        return both(self._of_parameters(self.dy))

    def grad_input(self):
        g = self.dy * self.weight
        z = self.from_mean * self.invstd
        far = self.from_zero * self.invstd
        mean = lambda rows: rows.mean(1, keepdim=True)
        exact = g + mean(g) + z * mean(g * z)
        # PyTorch multiplies by x and not by what it is from the mean
        rounded = g + mean(g) + far * mean(g * far)
        return {
            "exact": row_largest(exact * self.invstd),
            "torch": row_largest(rounded * self.invstd * self.stretch),
        }


class InstanceRunningScales(RunningScales):
    """Those of InstanceNorm, which take the mean over the samples."""

    def _moments(self, rows, samples):
        parts = rows.reshape(rows.shape[0], samples, -1)
        return parts.mean(2).abs().mean(1), parts.var(2, unbiased=True).mean(1)
