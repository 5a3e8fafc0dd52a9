"""Trains a network with several exits, and asks it."""

import functools
import time

import torch
from torch.nn import functional

BATCH = 64
PEAK_RATE = 0.06
EXIT_WEIGHTS = [0.3, 0.3, 0.3, 1.0]  # how much each exit counts in the loss


@functools.lru_cache(maxsize=None)
def has_bfloat16():
    """Says whether the processor multiplies such numbers; others would emulate it, slowly."""
    with open("/proc/cpuinfo") as file:
        return "avx512_bf16" in file.read()


def loss_of(exits, target):
    return sum(weight * functional.cross_entropy(logits, target, label_smoothing=0.05)
               for weight, logits in zip(EXIT_WEIGHTS, exits))


def evaluate(model, to_input, samples):
    """Returns the softmax of every exit: an array [exit, sample, class]."""
    model.eval()
    with torch.no_grad():
        batches = [torch.stack(model(to_input(samples[at:at + 200]))) for at in range(0, len(samples), 200)]
    return torch.cat(batches, 1).softmax(2).numpy()


def accuracies(probabilities, labels):
    return [round(float((exit.argmax(1) == labels).mean()), 4) for exit in probabilities]


def fit(model, to_input, train, shown, epochs, seed, vary=None, short=False):
    """Trains with one cycle of the learning rate: up for a tenth of the steps, then down to zero.

    train and shown are (samples, labels); the accuracy on shown is printed after
    each epoch, and decides nothing. to_input turns samples into the network's input,
    vary(input, generator) changes a training batch a little, each time another way.
    short lets it compute with bfloat16 numbers, in half the time, where the processor has them.
    """
    samples, labels = train
    batch = min(BATCH, len(samples))
    order = torch.Generator().manual_seed(seed)
    target = torch.from_numpy(labels)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(weights, PEAK_RATE, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = epochs * (len(samples) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps + 1, pct_start=0.1)
    for epoch in range(1, epochs + 1):
        began, total = time.time(), 0.0
        model.train()
        batches = torch.randperm(len(samples), generator=order)[:len(samples) // batch * batch].view(-1, batch)
        for chosen in batches:
            optimizer.zero_grad(set_to_none=True)
            inputs = to_input(samples[chosen.numpy()])
            with torch.autocast("cpu", torch.bfloat16, enabled=short and has_bfloat16()):
                exits = model(vary(inputs, order) if vary else inputs)
            loss = loss_of([logits.float() for logits in exits], target[chosen])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        right = accuracies(evaluate(model, to_input, shown[0]), shown[1])
        print("epoch %d of %d: loss %.3f, accuracy of the exits on %d others %s, %.0f s" % (
            epoch, epochs, total / len(batches), len(shown[1]), " ".join("%.3f" % a for a in right),
            time.time() - began), flush=True)
