"""How large the numbers are that a result is put together from, a channel each.

A result's rounding error is a few units of the last place of these magnitudes, not of the result
itself, for terms cancel. Two magnitudes are kept of every result:

- `exact`, for comparing with the float64 result: only the cancellation that the formula itself
  has, after the mean is taken off;
- `torch`, for comparing with PyTorch's result in the same precision. PyTorch rounds the mean to
  the input's precision and computes x * scale + (bias - mean * scale), so its error grows with
  the distance of the data from zero.

Running statistics carry the rounding of every step before, so their magnitudes are carried too.
"""

import torch


def finite(tensor):
    return torch.nan_to_num(tensor.detach().double(), nan=0.0, posinf=0.0, neginf=0.0)


def _rows(tensor):
    """(N, C, ...) as (C, N * S), with values that are not finite counted as 0."""
    return finite(tensor).transpose(0, 1).flatten(1)


def row_largest(rows):
    """The largest magnitude in each row."""
    return rows.abs().amax(1) if rows.shape[1] else torch.zeros(rows.shape[0], dtype=torch.float64)


def largest(x):
    """The largest magnitude in each channel of (N, C, ...)."""
    return row_largest(_rows(x))


def batch_moments(x):
    """Mean and biased variance, a channel each, in float64."""
    rows = x.detach().double().transpose(0, 1).flatten(1)
    count = max(rows.shape[1], 1)
    mean = rows.sum(1) / count
    return mean, ((rows - mean[:, None]) ** 2).sum(1) / count


def both(magnitude):
    return {"exact": magnitude, "torch": magnitude}


def added(first, second):
    return {kind: first[kind] + second[kind] for kind in first}


class RunningScales:
    """The magnitudes of running_mean and running_var over the steps of a module."""

    def __init__(self, running_mean, running_var):
        self.mean = both(finite(running_mean).abs())
        self.variance = both(finite(running_var).abs())

    def step(self, x, factor, epsilon):
        """Takes in a batch; the rounding `epsilon` of its mean enters the variance squared."""
        rows = _rows(x)
        mean, variance = (finite(moment) for moment in self._moments(rows, x.shape[0]))
        size = row_largest(rows)
        self.mean = self._merge(self.mean, {"exact": mean.abs(), "torch": size}, factor)
        shifted = variance + epsilon * size**2
        self.variance = self._merge(self.variance, {"exact": variance, "torch": shifted}, factor)

    def _moments(self, rows, samples):
        return rows.mean(1), rows.var(1, unbiased=True)

    def _merge(self, old, new, factor):
        return {kind: abs(1 - factor) * old[kind] + abs(factor) * new[kind] for kind in old}


class PassScales:
    """The magnitudes of one forward and backward pass.

    `mean` and `variance` are the ones that normalize. `running` holds their magnitudes where they
    came from buffers, whose rounding the results then inherit.
    """

    def __init__(self, x, grad_output, mean, variance, eps, weight, bias, running=None):
        self.x = _rows(x)
        self.dy = _rows(grad_output).abs()
        mean = finite(mean)
        self.invstd = finite(1 / torch.sqrt(variance.detach().double() + eps))
        self.weight = torch.ones_like(mean) if weight is None else finite(weight).abs()
        self.bias = torch.zeros_like(mean) if bias is None else finite(bias).abs()
        self.running = running
        self.from_mean = (self.x - mean[:, None]).abs()
        self.from_zero = both(row_largest(self.x) + mean.abs())
        self.stretch = both(torch.ones_like(mean))
        if running is not None:
            self.from_zero = added(self.from_zero, running.mean)
            self.stretch = {
                kind: 1 + running.variance[kind] * self.invstd**2 for kind in running.variance
            }

    def output(self):
        scale = self.invstd * self.weight
        rounded = {
            kind: self.from_zero[kind] * scale * self.stretch[kind] + self.bias
            for kind in self.from_zero
        }
        if self.running is None:
            rounded["exact"] = row_largest(self.from_mean) * scale + self.bias
        return rounded

    def grad_bias(self):
        return both(self.dy.sum(1))

    def grad_weight(self):
        rounded = {
            kind: self.dy.sum(1) * self.from_zero[kind] * self.invstd * self.stretch[kind]
            for kind in self.from_zero
        }
        if self.running is None:
            rounded["exact"] = (self.dy * self.from_mean).sum(1) * self.invstd
        return rounded

    def grad_input(self):
        scale = self.invstd * self.weight
        largest = row_largest(self.dy)
        if self.running is not None:
            return {kind: largest * scale * self.stretch[kind] for kind in self.stretch}
        count = max(self.x.shape[1], 1)
        weight = self.grad_weight()
        spread = row_largest(self.from_mean) * self.invstd
        direct = largest + self.dy.sum(1) / count
        exact = direct + spread * weight["exact"] / count
        rounded = (
            direct
            + spread * weight["torch"] / count
            + self.from_zero["torch"] * self.invstd * weight["exact"] / count
        )
        return {"exact": exact * scale, "torch": rounded * scale}
