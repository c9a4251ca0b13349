"""What the fixtures of LayerNorm, RMSNorm, GroupNorm and InstanceNorm cover."""

from module_cases import BOTH, EVAL, PAIR, SHORT, TRAIN, case as step_case, offset, poisoned, same, small

BOTH_DTYPES = ("float32", "float64")
AGAIN = {"mode": "train", "accumulate": True}


def _far(values):
    return values + 1000


def functions():
    """The functions, with and without what is optional."""
    for name, biased in (("layerNorm", True), ("rmsNorm", False)):
        all_given = {"function": name, "weight": True, "bias": biased}
        for shape, length in (((7,), 1), ((5, 7), 1), ((2, 3, 5), 2), ((2, 3, 2, 3), 2)):
            for dtype in BOTH_DTYPES:
                yield {
                    "name": f"{name} over {length} of {len(shape)} dimensions, {dtype}",
                    "shape": shape,
                    "normalizedShape": list(shape[-length:]),
                    "dtype": dtype,
                    **all_given,
                }
        rows = {"shape": (4, 6), "normalizedShape": [6]}
        image = {"shape": (2, 3, 2, 4), "normalizedShape": [3, 2, 4]}
        yield {"name": f"{name} alone", "function": name, **rows}
        yield {"name": f"{name}, weight", "function": name, "weight": True, **image}
        yield {"name": f"{name}, eps 0.1", "eps": 0.1, **all_given, **rows}
        yield {"name": f"{name} of small values", "data": lambda x: x * 1e-4, **all_given, **rows}
        yield {"name": f"{name} far from zero", "data": _far, **all_given, **rows}
        yield {"name": f"{name}, longer rows", **all_given, "shape": (3, 130), "normalizedShape": [130]}
        yield {"name": f"{name}, channels last", "memoryFormat": "channelsLast", **all_given, **image}
    yield {
        "name": "layerNorm, bias alone",
        "function": "layerNorm",
        "shape": (4, 6),
        "normalizedShape": [6],
        "bias": True,
    }

    given = {"function": "groupNorm", "weight": True, "bias": True}
    for shape, groups in (((5, 6), 2), ((3, 6, 5), 3), ((2, 6, 2, 3), 2), ((2, 4, 2, 1, 3), 4)):
        for memory_format in BOTH[: 1 if len(shape) == 2 else 2]:
            for dtype in BOTH_DTYPES:
                yield {
                    "name": f"groupNorm {groups} of {len(shape)}d, {memory_format}, {dtype}",
                    "shape": shape,
                    "numGroups": groups,
                    "memoryFormat": memory_format,
                    "dtype": dtype,
                    **given,
                }
    group = {"function": "groupNorm", "shape": (3, 4, 2, 2), "numGroups": 2}
    yield {"name": "groupNorm alone", **group}
    # not a bias alone: PyTorch 1.13 has no gradients then
    yield {"name": "groupNorm, weight", "weight": True, **group}
    yield {"name": "groupNorm, one group", **given, "shape": (3, 4, 5), "numGroups": 1}
    yield {"name": "groupNorm, eps 0.1", "eps": 0.1, **group, **given}
    yield {"name": "groupNorm, one value a group", **given, "shape": (2, 3), "numGroups": 3}
    # in channels last nothing of PyTorch's own would be left to compare with
    yield {"name": "groupNorm far from zero", "data": _far, **group, **given}

    given = {"function": "instanceNorm", "weight": True, "bias": True}
    for shape in ((3, 4, 5), (2, 3, 2, 3), (2, 3, 2, 1, 3)):
        for memory_format in BOTH:
            for dtype in BOTH_DTYPES:
                yield {
                    "name": f"instanceNorm of {len(shape)}d, {memory_format}, {dtype}",
                    "shape": shape,
                    "memoryFormat": memory_format,
                    "dtype": dtype,
                    **given,
                }
    image = {"function": "instanceNorm", "shape": (3, 4, 2, 2)}
    yield {"name": "instanceNorm alone", **image}
    yield {"name": "instanceNorm, weight", "weight": True, **image}
    for memory_format in BOTH:
        for use in (True, False):
            name = f"instanceNorm, running statistics, useInputStats {use}, {memory_format}"
            yield {
                "name": name,
                "running": True,
                "useInputStats": use,
                "memoryFormat": memory_format,
                **image,
                **given,
            }
    for momentum in (0.0, 0.5, 1.0):
        name = f"instanceNorm, momentum {momentum}"
        yield {"name": name, "running": True, "momentum": momentum, **image}
    single = {"function": "instanceNorm", "shape": (3, 4, 1), "running": True}
    yield {"name": "instanceNorm, one value each", "useInputStats": False, **single}
    yield {"name": "instanceNorm far from zero", "data": _far, **image, **given}


def case(module, arguments, shape, steps=SHORT, *rest, name=None, **more):
    shown = "%s(%s) of %s" % (module, ", ".join(map(str, arguments)), list(shape))
    made = step_case(shown if name is None else f"{shown}, {name}", shape, steps, *rest, **more)
    return {**made, "module": module, "arguments": arguments}


def _rows():
    for module in ("LayerNorm", "RMSNorm"):
        for dtype in BOTH_DTYPES:
            yield case(module, [5], (4, 5), [TRAIN, AGAIN, EVAL], "contiguous", dtype, "random", name=dtype)
        yield case(module, [[3, 2]], (2, 4, 3, 2), PAIR, start="random")
        yield case(module, [[3, 4]], (2, 5, 3, 4), PAIR, "channelsLast", start="random", name="channels last")
        yield case(module, [4], (3, 4), PAIR, elementwiseAffine=False)
        yield case(module, [4], (3, 4), PAIR, data=small, eps=1e-3, name="eps")
        yield case(module, [4], (3, 4), [TRAIN, {**TRAIN, "shape": (0, 4)}, {**TRAIN, "shape": (2, 3, 4)}], name="several sizes")
        yield case(module, [5], (4, 5), [TRAIN], data=poisoned, name="NaN and Inf")
        yield case(module, [5], (4, 5), [TRAIN], gradient=poisoned, name="NaN and Inf in the gradient")
    for affine in (True, False):
        yield case("LayerNorm", [5], (4, 5), [TRAIN, AGAIN, EVAL], start="random", elementwiseAffine=affine, bias=False)


def _groups():
    for memory_format in BOTH:
        for dtype in BOTH_DTYPES:
            name = f"{memory_format}, {dtype}"
            yield case("GroupNorm", [2, 6], (3, 6, 2, 3), [TRAIN, AGAIN, EVAL], memory_format, dtype, "random", name=name)
        yield case("GroupNorm", [3, 6], (2, 6, 5), PAIR, memory_format, start="random", data=offset, name=f"{memory_format}, offset")
        yield case("GroupNorm", [5, 5], (2, 5, 2, 3), [TRAIN], memory_format, data=poisoned, name=f"{memory_format}, NaN and Inf")
        yield case("GroupNorm", [2, 6], (3, 6, 2, 3), [TRAIN, AGAIN, EVAL], memory_format, start="random", name=f"{memory_format}, bias False", bias=False)
    yield case("GroupNorm", [2, 6], (3, 6), PAIR, start="random")
    yield case("GroupNorm", [2, 6], (3, 6), PAIR, start="random", name="bias False", bias=False)
    yield case("GroupNorm", [2, 6], (3, 6), PAIR, name="affine False, bias True", affine=False, bias=True)
    yield case("GroupNorm", [1, 4], (2, 4, 2, 1, 3), PAIR, affine=False)
    yield case("GroupNorm", [2, 4], (3, 4, 5), [TRAIN, {**TRAIN, "shape": (2, 6)}, {**EVAL, "shape": (2, 2, 3)}], name="other channels", affine=False)
    yield case("GroupNorm", [2, 4], (3, 4, 5), PAIR, data=small, eps=1e-3)
    yield case("GroupNorm", [2, 4], (3, 4, 5), [TRAIN, {**TRAIN, "shape": (0, 4, 5)}, {**TRAIN, "shape": (1, 4)}], name="several sizes")


def _instances():
    shapes = {"InstanceNorm1d": (4, 3, 5), "InstanceNorm2d": (2, 3, 2, 3), "InstanceNorm3d": (2, 3, 2, 1, 3)}
    tracked = {"affine": True, "trackRunningStats": True}
    for module, shape in shapes.items():
        for memory_format in BOTH:
            for dtype in BOTH_DTYPES:
                name = f"{memory_format}, {dtype}"
                steps = [TRAIN, AGAIN, EVAL] if len(shape) == 4 else PAIR
                yield case(module, [3], shape, steps, memory_format, dtype, "random", name=name, **tracked)
            yield case(module, [3], shape, [TRAIN, AGAIN, EVAL], memory_format, start="random", name=f"{memory_format}, bias False", bias=False, **tracked)
        yield case(module, [3], shape, PAIR)
        yield case(module, [3], shape, PAIR, start="random", name="affine True, bias False", affine=True, bias=False)
        yield case(module, [3], shape, PAIR, name="bias True", bias=True)
        yield case(module, [3], shape[1:], PAIR, start="random", name="a single sample", **tracked)
        yield case(module, [3], shape, PAIR, data=offset, name="offset", **tracked)
    shape = (4, 5, 6)
    for affine, track in ((True, False), (False, True)):
        yield case("InstanceNorm1d", [5], shape, SHORT, start="random", affine=affine, trackRunningStats=track)
    for momentum in (0.0, 1.0, 2.0):
        steps = [TRAIN, TRAIN]
        yield case("InstanceNorm1d", [5], shape, steps, momentum=momentum, trackRunningStats=True)
    off = {**TRAIN, "set": {"trackRunningStats": False}}
    on = {**EVAL, "set": {"trackRunningStats": True}}
    yield case("InstanceNorm1d", [5], shape, [TRAIN, off, EVAL, on], name="tracking off and on", **tracked)
    single = {**EVAL, "shape": (2, 5, 1)}
    yield case("InstanceNorm1d", [5], shape, [TRAIN, single], name="one value each in eval", **tracked)
    yield case("InstanceNorm2d", [5], (2, 5, 2, 3), [TRAIN, EVAL], data=poisoned, name="NaN and Inf", **tracked)
    others = [TRAIN, {**TRAIN, "shape": (2, 7, 3)}, {**EVAL, "shape": (3, 2)}]
    yield case("InstanceNorm1d", [5], shape, others, name="other channels")
    yield case("InstanceNorm1d", [5], shape, [TRAIN, {**TRAIN, "shape": (2, 5, 9)}, {**EVAL, "shape": (5, 4)}], name="several sizes", **tracked)


def modules():
    yield from _rows()
    yield from _groups()
    yield from _instances()
