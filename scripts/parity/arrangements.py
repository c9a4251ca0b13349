"""Which elements of an input share a mean, and which share a weight."""

import math


class Rows:
    """LayerNorm and RMSNorm: the elements of the last dimensions."""

    def __init__(self, normalized_shape):
        self.shape = normalized_shape
        self.length = math.prod(normalized_shape)

    def sets(self, x):
        """The elements as (sets, elements of one)."""
        return x.reshape(-1, self.length)

    def parameters(self, x):
        """The elements as (parameters, elements of one)."""
        return x.reshape(-1, self.length).T

    def expand(self, parameter, x):
        """A parameter as each element of x meets it."""
        return parameter.expand(x.shape)


class Groups:
    """GroupNorm and, without a number of groups, InstanceNorm: as many groups as channels."""

    def __init__(self, channels, groups=None):
        self.shape = (channels,)
        self.groups = groups

    def sets(self, x):
        groups = self.groups or x.shape[1]
        return x.reshape(x.shape[0] * groups, math.prod(x.shape[1:]) // groups)

    def parameters(self, x):
        return x.transpose(0, 1).flatten(1)

    def expand(self, parameter, x):
        return parameter.reshape([1, -1] + [1] * (x.dim() - 2)).expand(x.shape)
