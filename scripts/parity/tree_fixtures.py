"""Writes what PyTorch says of modules inside modules: tree_fixtures.py OUT [--seed N].

A case is { tree, shape, repr, reprAfter, parameters, buffers, modules, children, state, input,
gradOutput, eval, train: { output, gradInput, state } }: names that PyTorch gives, in its order, and
tensors in float64. A tree is ["BatchNorm2d", 3], ["Sequential", tree, ...], ["Net", { field: tree }]
or ["again", path] for the module of an earlier path. A layer's last argument may be its options. A
Net's forward runs its fields in order.
"""

import argparse
import json
import pathlib
import warnings

import torch
from torch import nn

from encode import encode

BN1, BN2 = ["BatchNorm1d", 2], ["BatchNorm2d", 3]
CASES = [
    (["Sequential"], [2, 3]),
    (["Sequential", BN1, BN1], [5, 2]),
    (["Sequential", BN2, ["Sequential", BN2, ["Sequential", BN2]], BN2], [4, 3, 2, 2]),
    (["Sequential"] + [BN1] * 11, [6, 2]),
    (["Net", {"first": BN1, "body": ["Sequential", BN1], "last": ["Net", {"bn": BN1}]}], [5, 2]),
    (["Sequential", BN1, ["Sequential", ["again", "0"]], ["again", "0"]], [5, 2]),
    (["Sequential", ["LazyBatchNorm1d"], ["Net", {"lazy": ["LazyBatchNorm1d"]}]], [5, 2]),
    (["Sequential", BN1 + [{"bias": False}], ["LazyBatchNorm1d", {"bias": False}]], [5, 2]),
    (["Sequential", ["LazyBatchNorm1d", {"affine": False}], BN1 + [{"affine": False}]], [5, 2]),
]


class Net(nn.Module):
    def __init__(self, fields):
        super().__init__()
        for name, module in fields.items():
            setattr(self, name, module)

    def forward(self, x):
        for module in self._modules.values():
            x = module(x)
        return x


def build(tree, path="", made=None):
    made = {} if made is None else made
    kind, *rest = tree
    inside = lambda name: "%s.%s" % (path, name) if path else name
    if kind == "again":
        return made[rest[0]]
    if kind == "Sequential":
        module = nn.Sequential(
            *(build(child, inside(str(i)), made) for i, child in enumerate(rest))
        )
    elif kind == "Net":
        fields = rest[0].items()
        module = Net({name: build(child, inside(name), made) for name, child in fields})
    else:
        options = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        module = getattr(nn, kind)(*rest, **options)
    made[path] = module
    return module


def state(module):
    return {
        key: int(value) if key.endswith("num_batches_tracked") else encode(value)
        for key, value in module.state_dict().items()
    }


def randomize(module, generator):
    draw = lambda count: torch.randn(count, generator=generator, dtype=torch.float64)
    for layer in module.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            for parameter in layer.parameters():
                parameter.data.copy_(draw(layer.num_features))
            layer.running_mean.copy_(draw(layer.num_features))
            layer.running_var.copy_(draw(layer.num_features).abs() + 0.5)


def names(pairs):
    return [name for name, _ in pairs]


def record(tree, shape, generator):
    module = build(tree).double()
    case = {"tree": tree, "shape": shape, "repr": repr(module)}
    # lazy layers have their shapes from here on
    module.eval()(torch.zeros(shape, dtype=torch.float64))
    randomize(module, generator)
    case["reprAfter"] = repr(module)
    case["parameters"] = names(module.named_parameters())
    # the counters are not among our buffers
    case["buffers"] = [
        name for name in names(module.named_buffers()) if not name.endswith("num_batches_tracked")
    ]
    case["modules"] = names(module.named_modules())
    case["children"] = names(module.named_children())
    case["state"] = state(module)

    draw = lambda: torch.randn(shape, generator=generator, dtype=torch.float64)
    x, grad_output = draw().requires_grad_(), draw()
    case["input"] = encode(x)
    case["gradOutput"] = encode(grad_output)
    case["eval"] = encode(module(x))
    output = module.train()(x)
    output.backward(grad_output)
    case["train"] = {"output": encode(output), "gradInput": encode(x.grad), "state": state(module)}
    return case


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    # lazy modules say that they are new
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(arguments.seed)
    head = json.dumps({"torch": torch.__version__, "seed": arguments.seed})[1:-1]
    lines = ",\n".join(
        json.dumps(record(tree, shape, generator), separators=(",", ":")) for tree, shape in CASES
    )
    arguments.out.write_text("{%s, \"cases\": [\n%s\n]}\n" % (head, lines))
    print(f"PyTorch {torch.__version__}: {len(CASES)} trees in {arguments.out}")


if __name__ == "__main__":
    main()
