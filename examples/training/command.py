"""The command line that every train.py has."""

import argparse
import json
import os
import sys
import tempfile

import torch

TOLERANCE = 0.01


class DataError(Exception):
    """Something is wrong with a data set; the message says where, and what is expected."""


def options(text, what, epochs, samples):
    """Returns the parser of the options that all trainings share.

    what is the samples' name, samples says how many there are when nobody says it.
    """
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", metavar="DIR", help="folder to write to (default: the script's own)")
    parser.add_argument("--epochs", type=positive, default=epochs,
                        help="times to go through the %s (default: %%(default)s)" % what)
    parser.add_argument("--seed", type=int, default=1,
                        help="seed of %s, weights and order (default: %%(default)s)" % what)
    parser.add_argument("--samples", type=positive, help="%s to train on (default: %s)" % (what, samples))
    parser.add_argument("--threads", type=positive, default=2, help="processor threads (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="write nothing: train in a temporary folder and fail "
                        "if an exit's accuracy is more than %.2f away from metrics.json" % TOLERANCE)
    return parser


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("%s is not a number from 1" % text)
    return value


def run(parser, here, folder, build):
    """Reads the command line, trains, and returns the exit status.

    folder is the option that names a real data set: with it the result belongs to
    another folder than here. build(args, out) does the work and returns the metrics.
    """
    args = parser.parse_args()
    real = getattr(args, folder)
    option = "--" + folder.replace("_", "-")
    if real and args.check:
        parser.error("--check compares with the committed metrics, which %s does not make" % option)
    if real and not args.out:
        parser.error("%s needs --out DIR: the files beside train.py are those of another model" % option)
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    try:
        if args.check:
            return check(args, here, build)
        out = args.out or here
        make_room(os.path.join(out, "test"))
        os.makedirs(out, exist_ok=True)
        build(args, out)
    except (DataError, OSError) as error:
        print("%s: %s" % (parser.prog, error), file=sys.stderr)
        return 1
    return 0


def make_room(folder):
    """Complains about a folder of samples that is there and holds something else: it would be replaced."""
    empty = os.path.isdir(folder) and not os.listdir(folder)
    if os.path.exists(folder) and not empty and not os.path.exists(os.path.join(folder, "labels.csv")):
        raise DataError("%s is there and has no labels.csv: it would be replaced; name another folder" % folder)


def check(args, here, build):
    """Trains in a temporary folder and compares with the committed metrics; returns the exit status."""
    with open(os.path.join(here, "metrics.json")) as file:
        wanted = json.load(file)["accuracy"]
    with tempfile.TemporaryDirectory() as out:
        got = build(args, out)["accuracy"]
    worst = max(abs(a - b) for a, b in zip(wanted, got))
    print("committed %s, got %s, largest difference %.4f, allowed %.2f" % (wanted, got, worst, TOLERANCE))
    return 0 if worst <= TOLERANCE else 1
