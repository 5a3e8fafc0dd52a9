"""The command line that every samples.py has."""

import argparse
import sys

from training import report
from training.command import DataError, make_room, positive


def run(text, what, suffix, test_seed, make):
    """Reads the command line, writes the samples and returns the exit status.

    what is the samples' name (images, clips), suffix that of their files. make(seed,
    count) returns their labels and save(path, i), which writes one.
    """
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", help="folder to write to; what an earlier run wrote there is replaced")
    parser.add_argument("--count", type=positive, default=1000, help="how many %s (default: %%(default)s)" % what)
    parser.add_argument("--seed", type=int, default=2, help="another seed gives other %s (default: %%(default)s)" % what)
    args = parser.parse_args()
    if args.seed == test_seed:
        parser.error("--seed %d gives the %s that outcomes.csv is about: name another" % (test_seed, what))
    try:
        make_room(args.out)
        labels, save = make(args.seed, args.count)
        report.write_samples(args.out, suffix, labels, save)
    except (DataError, OSError) as error:
        print("%s: %s" % (parser.prog, error), file=sys.stderr)
        return 1
    return 0
