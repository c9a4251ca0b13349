"""Trains a small network a few steps and dumps what its BatchNorm layer holds, takes and gives.

    python3 train_and_dump.py dump.json
"""

import json
import sys

import torch
from torch import nn


def make_batch(size, generator):
    """Noise with a bright square, to the left in class 0 and to the right in class 1."""
    labels = torch.randint(0, 2, (size,), generator=generator)
    images = torch.rand((size, 1, 6, 6), generator=generator)
    for image, label in zip(images, labels):
        left = 3 * int(label)
        image[0, 2:5, left : left + 3] += 2
    return images, labels


def train(model, generator, steps=20):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        images, labels = make_batch(16, generator)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


def state_of(layer):
    return {key: value.tolist() for key, value in layer.state_dict().items()}


def dump(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def training_step(model, layer, generator):
    """What a step of training gives, before the optimizer moves anything."""
    seen = {}

    def keep(module, inputs, output):
        seen.update(input=inputs[0], output=output)
        inputs[0].retain_grad()
        output.retain_grad()

    handle = layer.register_forward_hook(keep)
    images, labels = make_batch(4, generator)
    model.train().zero_grad()
    nn.functional.cross_entropy(model(images), labels).backward()
    handle.remove()
    return {
        "input": dump(seen["input"]),
        "output": dump(seen["output"]),
        "gradOutput": dump(seen["output"].grad),
        "gradInput": dump(seen["input"].grad),
        "gradWeight": dump(layer.weight.grad),
        "gradBias": dump(layer.bias.grad),
        "state": state_of(layer),
    }


def inference(model, layer, generator):
    seen = {}
    handle = layer.register_forward_hook(
        lambda module, inputs, output: seen.update(input=dump(inputs[0]), output=dump(output))
    )
    with torch.no_grad():
        model.eval()(make_batch(4, generator)[0])
    handle.remove()
    return seen


def main(path):
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    layer = nn.BatchNorm2d(3)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3), layer, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 2)
    )
    train(model, generator)
    contents = {
        "torch": torch.__version__,
        "state": state_of(layer),
        "inference": [inference(model, layer, generator) for _ in range(2)],
        "training": training_step(model, layer, generator),
    }
    with open(path, "w") as file:
        json.dump(contents, file)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
