#!/usr/bin/python3
"""Trains the glyphs model: 36 characters, four exits, one ONNX file.

The script renders its own images from Debian's fonts, trains on the
processor, and measures on font families that it never trained on. It writes

  model.onnx     the network, exits exit1 to exit4, logits
  labels.txt     the 36 class names, in order
  test/          300 test images and labels.csv
  metrics.json   the accuracy of each exit, and what led to it
  outcomes.csv   what each exit said about each of the 3,600 test images

With --food-101 it reads the pictures of a Food-101 folder instead, in colour
and at 64 x 64, trains a network of the same family, and writes the same files
to the folder that --out names.
"""

import os
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle threads sleep, they do not spin
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

try:
    import torch
    from PIL import Image

    import food101
    import glyphs_data as data
    from glyphs_model import Glyphs
    from training import command, fit, network, report
except ImportError as error:
    sys.exit("train.py: %s; it needs Debian's packages in requirements.apt and /usr/bin/python3" % error)

TEST_IMAGES, SHIPPED_IMAGES = 3600, 300
SAMPLES = 36000
SHOWN = 1800  # test images that the accuracy after each epoch is shown on


def to_input(images):
    """Turns 8-bit images into the network's input, exactly as a reader of the PNG files does."""
    values = (torch.from_numpy(images).float() / 255 - data.MEAN) / data.STD
    return values.unsqueeze(1) if values.ndim == 3 else values.permute(0, 3, 1, 2)


def rendered(args):
    """Returns the sets for training and test, rendered from fonts, and what metrics.json says about them."""
    train_set = data.make_set(data.TRAIN_FAMILIES, args.seed, args.samples or SAMPLES)
    test_set = data.make_set(data.TEST_FAMILIES, data.TEST_SEED, TEST_IMAGES)
    families = {"train": data.TRAIN_FAMILIES, "test": data.TEST_FAMILIES}
    return train_set, test_set, list(data.CLASSES), {"families": families}


def build(args, out):
    """Makes or reads the images, trains, measures and writes everything to the folder; returns the metrics."""
    began = time.time()
    train_set, (images, labels), classes, source = food101.read(args) if args.food_101 else rendered(args)
    print("%d images for training and %d for test, %.0f s" % (
        len(train_set[0]), len(images), time.time() - began), flush=True)
    example = to_input(images[:1])
    torch.manual_seed(args.seed)
    model = Glyphs(len(classes), *example.shape[1:3]).to(memory_format=torch.channels_last)
    fit.fit(model, to_input, train_set, (images[:SHOWN], labels[:SHOWN]), args.epochs, args.seed,
            vary=food101.vary if args.food_101 else None)
    shipped = min(SHIPPED_IMAGES, len(images))
    report.write_samples(os.path.join(out, "test"), ".png", [classes[label] for label in labels[:shipped]],
                      lambda path, i: Image.fromarray(images[i]).save(path, optimize=True))
    test = fit.evaluate(model, to_input, images), labels
    return report.write(out, model, example, "images", test, classes, shipped, {
        "seed": args.seed, "epochs": args.epochs, "samples": len(train_set[0]),
        "training_seconds": round(time.time() - began),
        "input": {"name": "input", "shape": list(example.shape[1:]), "mean": data.MEAN, "std": data.STD},
        "segments": network.count_work(model, example), **source})


def main():
    parser = command.options(__doc__, "images", 4, "%d rendered, or all that a folder has" % SAMPLES)
    parser.add_argument("--food-101", metavar="DIR", help="train on this Food-101 folder, with images/ and meta/")
    return command.run(parser, HERE, "food_101", build)


if __name__ == "__main__":
    sys.exit(main())
