"""What a peer in Python is given and gives back, by files of float32 numbers in memory order."""

import os
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[2] / "peers"))
from answer import answer  # pylint: disable=wrong-import-position,unused-import


class Exchange:
    """The arrays of one case, and how its layout lies in memory."""

    def __init__(self, layout, shape, files, folder, **_):
        self.shape = shape
        self.last = layout == "channelsLast"
        self.rows = layout == "rows"
        self.files = files
        self.folder = folder

    def array(self, name):
        return np.fromfile(self.files[name], dtype=np.float32)

    def in_memory_order(self, name):
        """(N, ..., C) if channels are last, otherwise (N, C, ...)."""
        n, c, *spatial = self.shape
        order = [n, *spatial, c] if self.last else self.shape
        return self.array(name).reshape(order)

    def per_element(self, name):
        """A weight of each element of a sample, in the order of the input's memory."""
        values = self.array(name).reshape(self.shape[1:])
        return np.ascontiguousarray(np.moveaxis(values, 0, -1)) if self.last else values

    def per_element_back(self, values):
        return np.moveaxis(values, -1, 0) if self.last else values

    def save(self, **results):
        """The answer: a file for each result."""
        paths = {name: os.path.join(self.folder, name) for name in results}
        for name, values in results.items():
            np.ascontiguousarray(values, dtype=np.float32).tofile(paths[name])
        return {"results": paths}
