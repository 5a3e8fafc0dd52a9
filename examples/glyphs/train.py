#!/usr/bin/python3
"""Trains the glyphs model: 36 characters, four exits, one ONNX file.

The script renders its own images from Debian's fonts, trains on the
processor, and measures on font families that it never trained on. It writes

  model.onnx     the network, exits exit1 to exit4, logits
  labels.txt     the 36 class names, in order
  test/          300 test images and labels.csv
  metrics.json   the accuracy of each exit, and what led to it
  outcomes.csv   what each exit said about each of the 3,600 test images
"""

import argparse
import csv
import json
import os
import shutil
import sys
import tempfile
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle threads sleep, they do not spin

try:
    import numpy as np
    import torch
    from PIL import Image
    from torch.nn import functional

    import glyphs_data as data
    import glyphs_model
except ImportError as error:
    sys.exit("train.py: %s; it needs Debian's packages in requirements.apt and /usr/bin/python3" % error)

HERE = os.path.dirname(os.path.abspath(__file__))
TEST_IMAGES, SHIPPED_IMAGES = 3600, 300
TEST_SEED = 1_000_003  # the test images stay the same whatever --seed says
BATCH = 64
PEAK_RATE = 0.06
EXIT_WEIGHTS = [0.3, 0.3, 0.3, 1.0]  # how much each exit counts in the loss
TOLERANCE = 0.01


def to_input(images):
    """Turns 8-bit images into the network's input, exactly as a reader of the PNG files does."""
    return ((torch.from_numpy(images).float() / 255 - data.MEAN) / data.STD).unsqueeze(1)


def evaluate(model, images):
    """Returns the softmax of every exit: an array [exit, sample, class]."""
    model.eval()
    with torch.no_grad():
        batches = [torch.stack(model(to_input(images[at:at + 200]))) for at in range(0, len(images), 200)]
    return torch.cat(batches, 1).softmax(2).numpy()


def accuracies(probabilities, labels):
    return [round(float((exit.argmax(1) == labels).mean()), 4) for exit in probabilities]


def loss_of(exits, target):
    return sum(weight * functional.cross_entropy(logits, target, label_smoothing=0.05)
               for weight, logits in zip(EXIT_WEIGHTS, exits))


def train(images, labels, test_images, test_labels, epochs, seed):
    """Trains with one cycle of the learning rate: up for a tenth of the steps, then down to zero."""
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    target = torch.from_numpy(labels)
    model = glyphs_model.Glyphs().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), PEAK_RATE, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = epochs * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps + 1, pct_start=0.1)
    for epoch in range(1, epochs + 1):
        began, total = time.time(), 0.0
        model.train()
        batches = torch.randperm(len(images), generator=order)[:len(images) // BATCH * BATCH].view(-1, BATCH)
        for batch in batches:
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model(to_input(images[batch.numpy()])), target[batch])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        shown = accuracies(evaluate(model, test_images[:1800]), test_labels[:1800])
        print("epoch %d of %d: loss %.3f, accuracy of the exits on half the test set %s, %.0f s" % (
            epoch, epochs, total / len(batches), " ".join("%.3f" % a for a in shown), time.time() - began), flush=True)
    return model


def write_images(out, images, labels):
    """Writes the first images of the test set as PNG files, with their labels."""
    folder = os.path.join(out, "test")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "labels.csv"), "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["file", "label"])
        for i in range(SHIPPED_IMAGES):
            name = "%03d.png" % i
            Image.fromarray(images[i]).save(os.path.join(folder, name), optimize=True)
            rows.writerow([name, data.CLASSES[labels[i]]])


def write_outcomes(path, probabilities, labels):
    with open(path, "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["sample", "label", "exit", "predicted", "confidence"])
        for sample, label in enumerate(labels):
            for exit, values in enumerate(probabilities[:, sample], 1):
                rows.writerow([sample, label, exit, values.argmax(), "%.6f" % values.max()])


def write_metrics(path, probabilities, labels, args, seconds):
    metrics = {
        "accuracy": accuracies(probabilities, labels),
        "shipped_accuracy": accuracies(probabilities[:, :SHIPPED_IMAGES], labels[:SHIPPED_IMAGES]),
        "test_images": len(labels),
        "shipped_images": SHIPPED_IMAGES,
        "seed": args.seed,
        "epochs": args.epochs,
        "samples": args.samples,
        "training_seconds": round(seconds),
        "input": {"name": "input", "shape": [1, data.SIZE, data.SIZE], "mean": data.MEAN, "std": data.STD},
        "segments": glyphs_model.count_work(),
        "families": {"train": data.TRAIN_FAMILIES, "test": data.TEST_FAMILIES},
    }
    with open(path, "w") as file:
        json.dump(metrics, file, indent=1)
        file.write("\n")
    return metrics


def build(args, out):
    """Renders, trains, measures and writes everything to the folder; returns the metrics."""
    os.makedirs(out, exist_ok=True)
    began = time.time()
    images, labels = data.make_set(data.TRAIN_FAMILIES, args.seed, args.samples)
    test_images, test_labels = data.make_set(data.TEST_FAMILIES, TEST_SEED, TEST_IMAGES)
    print("rendered %d images for training and %d for test, %.0f s" % (
        len(images), len(test_images), time.time() - began), flush=True)
    model = train(images, labels, test_images, test_labels, args.epochs, args.seed)
    probabilities = evaluate(model, test_images)
    metrics = write_metrics(os.path.join(out, "metrics.json"), probabilities, test_labels, args, time.time() - began)
    write_outcomes(os.path.join(out, "outcomes.csv"), probabilities, test_labels)
    write_images(out, test_images, test_labels)
    with open(os.path.join(out, "labels.txt"), "w") as file:
        file.write("\n".join(data.CLASSES) + "\n")
    glyphs_model.export(model, os.path.join(out, "model.onnx"))
    print("accuracy of the exits: %s" % " ".join("%.4f" % a for a in metrics["accuracy"]))
    return metrics


def check(args):
    """Trains in a temporary folder and compares with the committed metrics; returns the exit status."""
    with open(os.path.join(HERE, "metrics.json")) as file:
        wanted = json.load(file)["accuracy"]
    with tempfile.TemporaryDirectory() as out:
        got = build(args, out)["accuracy"]
    worst = max(abs(a - b) for a, b in zip(wanted, got))
    print("committed %s, got %s, largest difference %.4f, allowed %.2f" % (wanted, got, worst, TOLERANCE))
    return 0 if worst <= TOLERANCE else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=HERE, metavar="DIR", help="folder to write to (default: the script's own)")
    parser.add_argument("--epochs", type=int, default=4, help="times to go through the images (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed of images, weights and order (default: %(default)s)")
    parser.add_argument("--samples", type=int, default=36000, help="images to train on (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="processor threads (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="write nothing: train in a temporary folder and fail "
                        "if an exit's accuracy is more than %.2f away from metrics.json" % TOLERANCE)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    if args.check:
        return check(args)
    build(args, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
