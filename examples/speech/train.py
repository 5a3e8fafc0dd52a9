#!/usr/bin/python3
"""Trains the speech model: keywords in a second of sound, four exits, one ONNX file.

The script has espeak-ng speak its own clips, trains on the processor, and
measures on accents and voices that it never trained on. It writes

  model.onnx     the network, exits exit1 to exit4, logits
  labels.txt     the 16 class names, in order
  test/          120 test clips and labels.csv
  metrics.json   the accuracy of each exit, and what led to it
  outcomes.csv   what each exit said about each of the 3,200 test clips

With --speech-commands it reads the clips of a Speech Commands folder instead,
trains the same network, and writes the same files to the folder that --out
names.
"""

import os
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # idle threads sleep, they do not spin
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

try:
    import torch

    import speech_commands
    import speech_data as data
    import speech_voices as voices
    import wav
    from speech_model import Speech
    from training import command, fit, network, report
except ImportError as error:
    sys.exit("train.py: %s; it needs Debian's packages in requirements.apt and /usr/bin/python3" % error)

TEST_CLIPS, SHIPPED_CLIPS = 3200, 120
SAMPLES = 48000
SHOWN = 1600  # test clips that the accuracy after each epoch is shown on


def to_input(clips):
    """Turns 16-bit samples into the network's input, exactly as a reader of the WAV files does."""
    return torch.from_numpy(clips).float() / 32768


def spoken(args):
    """Returns the sets for training, to show and for test, spoken by espeak-ng, and what metrics.json says."""
    train_set = data.make_set(voices.TRAIN, data.TRAIN_TURNS, args.seed, args.samples or SAMPLES)
    clips, labels = test_set = data.make_set(voices.TEST, data.TEST_TURNS, data.TEST_SEED, TEST_CLIPS)
    return train_set, (clips[:SHOWN], labels[:SHOWN]), test_set, data.CLASSES, {
        name: {side.name: getattr(side, name) for side in (voices.TRAIN, voices.TEST)}
        for name in ("accents", "variants", "others")}


def build(args, out):
    """Makes or reads the clips, trains, measures and writes everything to the folder; returns the metrics."""
    began = time.time()
    read = speech_commands.read if args.speech_commands else spoken
    train_set, shown_set, (clips, labels), classes, source = read(args)
    print("%d clips for training and %d for test, %.0f s" % (
        len(train_set[0]), len(clips), time.time() - began), flush=True)
    torch.manual_seed(args.seed)
    model = Speech(len(classes))
    fit.fit(model, to_input, train_set, shown_set, args.epochs, args.seed, short=True)
    shipped = min(SHIPPED_CLIPS, len(clips))
    report.write_samples(os.path.join(out, "test"), ".wav", [classes[label] for label in labels[:shipped]],
                      lambda path, i: wav.write(path, clips[i]))
    example, test = to_input(clips[:1]), (fit.evaluate(model, to_input, clips), labels)
    return report.write(out, model, example, "clips", test, classes, shipped, {
        "seed": args.seed, "epochs": args.epochs, "samples": len(train_set[0]),
        "training_seconds": round(time.time() - began),
        "input": {"name": "input", "shape": list(example.shape[1:]), "rate": wav.RATE},
        "segments": network.count_work(model, example), **source})


def main():
    parser = command.options(__doc__, "clips", 3, "%d" % SAMPLES)
    parser.add_argument("--speech-commands", metavar="DIR", help="train on this Speech Commands folder, layout v0.02")
    words = speech_commands.WORDS
    parser.add_argument("--words", default=words, type=lambda text: text.split(","),
                        help="keywords of that folder, separated by commas (default: %s)" % ",".join(words))
    return command.run(parser, HERE, "speech_commands", build)


if __name__ == "__main__":
    sys.exit(main())
