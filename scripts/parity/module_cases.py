"""What the module fixtures cover."""

import itertools

TRAIN = {"mode": "train"}
EVAL = {"mode": "eval"}
LONG = [TRAIN, TRAIN, EVAL, {"mode": "train", "accumulate": True}, EVAL]
SHORT = [TRAIN, TRAIN, EVAL]
PAIR = [TRAIN, EVAL]

BOTH = ["contiguous", "channelsLast"]

NAN, INF = float("nan"), float("inf")


def same(values):
    return values


def offset(values):
    """Each channel far from zero, at another distance."""
    channels = values.shape[1]
    distance = 1000.0 * (1 + values.new_ones(channels).cumsum(0))
    return values + distance.reshape([1, channels] + [1] * (values.dim() - 2))


def far(values):
    return values + 1e6


def small(values):
    """So small that eps matters."""
    return values * 1e-3


def poisoned(values):
    """Channel 0 holds a NaN, 1 an Inf, 2 a -Inf, 3 both infinities; 4 is untouched."""
    values = values.clone()
    values[0, 0].view(-1)[0] = NAN
    values[1, 1].view(-1)[0] = INF
    values[0, 2].view(-1)[0] = -INF
    values[0, 3].view(-1)[0] = INF
    values[1, 3].view(-1)[0] = -INF
    return values


def case(name, shape, steps=SHORT, memory_format="contiguous", dtype="float32", start="fresh",
         data=same, gradient=same, **options):
    return {
        "name": name,
        "shape": shape,
        "steps": steps,
        "memoryFormat": memory_format,
        "dtype": dtype,
        "start": start,
        "data": data,
        "gradient": gradient,
        "options": options,
    }


def ranks():
    """Every rank in each memory format and precision."""
    for shape in ((5, 7), (2, 3, 5), (2, 3, 2, 3), (2, 2, 2, 1, 3)):
        for memory_format in BOTH[: 1 if len(shape) == 2 else 2]:
            for dtype in ("float32", "float64"):
                steps = PAIR if dtype == "float64" else LONG if len(shape) in (2, 4) else SHORT
                name = f"{len(shape)}d input, {memory_format}, {dtype}"
                yield case(name, shape, steps, memory_format, dtype, start="random")
    yield case("runs longer than a vector", (2, 2, 3, 7), PAIR, start="random")
    yield case("rows longer than a vector", (2, 19, 1, 2), PAIR, "channelsLast", start="random")


def options():
    for momentum in (0.0, 1.0):
        yield case(f"momentum {momentum}", (5, 4), SHORT, momentum=momentum)
    yield case("momentum null", (5, 4), LONG, momentum=None)
    # no eval here: such a momentum may leave a negative variance
    yield case("momentum 2.0", (5, 4), [TRAIN, TRAIN, TRAIN], momentum=2.0)
    for eps in (1e-3, 1.0):
        yield case(f"eps {eps}", (3, 5, 2), SHORT, data=small, eps=eps)
    # PyTorch refuses it in training
    yield case("eps 0 in eval", (3, 5, 2), [EVAL], start="random", eps=0.0)
    for affine, track in itertools.product((True, False), repeat=2):
        name = f"affine {affine}, trackRunningStats {track}"
        shape = (2, 3, 2, 2)
        yield case(name, shape, SHORT, start="random", affine=affine, trackRunningStats=track)
    for shape in ((5, 7), (2, 3, 5), (2, 3, 2, 3), (2, 2, 2, 1, 3)):
        for memory_format in BOTH[: 1 if len(shape) == 2 else 2]:
            name = f"bias False, {len(shape)}d, {memory_format}"
            yield case(name, shape, LONG, memory_format, start="random", bias=False)
    yield case("bias False, float64", (5, 4), SHORT, dtype="float64", start="random", bias=False)
    name = "bias False, trackRunningStats False"
    yield case(name, (5, 4), SHORT, start="random", bias=False, trackRunningStats=False)
    yield case("affine False, bias False", (5, 4), SHORT, affine=False, bias=False)
    yield case("affine False, bias True", (5, 4), SHORT, affine=False, bias=True)
    average = {**TRAIN, "set": {"momentum": None}}
    frozen = {**TRAIN, "set": {"trackRunningStats": False}}
    name = "tracking switched off, momentum changed on the way"
    yield case(name, (5, 4), [TRAIN, average, frozen, EVAL])


def sizes():
    empty = {**TRAIN, "shape": (0, 4)}
    yield case("empty batch", (5, 4), [TRAIN, empty, EVAL, {**empty, "mode": "eval"}, TRAIN])
    for shape in ((0, 3, 2, 2), (2, 3, 0, 2)):
        yield case(f"empty input {list(shape)}", shape, PAIR, momentum=None)
    yield case("one value a channel in eval", (5, 4), [TRAIN, {**EVAL, "shape": (1, 4)}])
    yield case("two values a channel", (2, 4), SHORT)
    yield case("one channel", (6, 1), SHORT)
    others = [TRAIN, {**TRAIN, "shape": (5, 6)}, {**EVAL, "shape": (2, 3, 2)}]
    bare = {"affine": False, "trackRunningStats": False}
    yield case("other channels without values per channel", (5, 4), others, **bare)
    changing = [TRAIN, {**TRAIN, "shape": (3, 4, 2)}, {**EVAL, "shape": (2, 4, 5)}]
    yield case("batches of several ranks and sizes", (5, 4), changing)


def data():
    for memory_format in BOTH:
        for dtype in ("float32", "float64"):
            name = f"data far from zero, {memory_format}, {dtype}"
            yield case(name, (3, 4, 2, 2), PAIR, memory_format, dtype, start="random", data=offset)
        name = f"data at 1e6, {memory_format}"
        yield case(name, (4, 3, 2, 2), [TRAIN], memory_format, data=far)


def not_finite():
    yield case("NaN and Inf in a flat input", (4, 5), SHORT, data=poisoned)
    for memory_format in BOTH:
        shape = (2, 5, 2, 3)
        name = f"NaN and Inf in the input, {memory_format}"
        steps = [TRAIN, EVAL]
        yield case(name, shape, steps, memory_format, data=poisoned)
        name = f"NaN and Inf in an input to eval, {memory_format}"
        yield case(name, shape, [EVAL], memory_format, start="random", data=poisoned)
        name = f"NaN and Inf in the gradient, {memory_format}"
        yield case(name, shape, steps, memory_format, start="random", gradient=poisoned)
    yield case("diverged running statistics", (3, 6), [EVAL, TRAIN, EVAL], start="hostile")


def all_cases():
    return [
        *(("ranks", each) for each in ranks()),
        *(("options", each) for each in options()),
        *(("sizes", each) for each in sizes()),
        *(("data", each) for each in data()),
        *(("not-finite", each) for each in not_finite()),
    ]
