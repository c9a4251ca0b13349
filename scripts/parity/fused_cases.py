"""What the fixtures of fused layers cover: a residual, an activation, and both."""

from module_cases import BOTH, poisoned

SHAPE = (3, 4, 2, 2)


def case(name, shape=SHAPE, training=False, memory_format="contiguous", **more):
    return {
        "name": f"{name}, training {training}, {memory_format}",
        "shape": shape,
        "training": training,
        "memoryFormat": memory_format,
        "running": True,
        "weight": True,
        "bias": True,
        **more,
    }


def cases():
    relu = {"activation": "relu"}
    for training in (True, False):
        for memory_format in BOTH:
            name = "relu of a sum"
            yield case(name, SHAPE, training, memory_format, residual=True, **relu)
        yield case("relu", SHAPE, training, **relu)
        yield case("a residual alone", SHAPE, training, residual=True)
        yield case("relu of a sum in float64", SHAPE, training, residual=True, dtype="float64", **relu)
        for memory_format in BOTH:
            shape = (2, 5, 2, 3)
            name = "relu of NaN and Inf"
            yield case(name, shape, training, memory_format, data=poisoned, residual=True, **relu)
    for shape in ((5, 4), (2, 3, 5), (2, 2, 2, 1, 3)):
        yield case(f"relu of a sum, {len(shape)}d", shape, True, residual=True, **relu)
    leaky = {"activation": "leakyRelu"}
    yield case("leakyRelu of a sum", SHAPE, True, residual=True, **leaky)
    yield case("leakyRelu of NaN and Inf", (2, 5, 2, 3), data=poisoned, **leaky)
    for slope in (0.0, -0.5, 2.0):
        name = f"leakyRelu of slope {slope}"
        yield case(name, SHAPE, True, "channelsLast", negativeSlope=slope, **leaky)
        yield case(name, SHAPE, False, negativeSlope=slope, residual=True, **leaky)
