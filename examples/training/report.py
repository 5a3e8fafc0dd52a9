"""Writes what a training leaves behind, in one form for every example."""

import csv
import json
import os
import shutil

from training.fit import accuracies
from training.network import export


def write_table(path, header, rows):
    with open(path, "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def write_outcomes(path, probabilities, labels):
    """Writes what each exit said about each test sample: probabilities are [exit, sample, class]."""
    write_table(path, ["sample", "label", "exit", "predicted", "confidence"], (
        [sample, label, exit, values.argmax(), "%.6f" % values.max()]
        for sample, label in enumerate(labels)
        for exit, values in enumerate(probabilities[:, sample], 1)))


def write_samples(folder, suffix, labels, save):
    """Replaces a folder by samples, a file each, and their labels; save(path, i) writes one."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    digits = max(3, len(str(len(labels) - 1)))
    rows = [("%0*d%s" % (digits, i, suffix), label) for i, label in enumerate(labels)]
    for i, (name, _) in enumerate(rows):
        save(os.path.join(folder, name), i)
    write_table(os.path.join(folder, "labels.csv"), ["file", "label"], rows)


def write(out, model, example, what, test, classes, shipped, more):
    """Writes the network, the labels, the outcomes and the metrics; returns the metrics.

    test is (probabilities [exit, sample, class], labels), of which the first shipped
    go with the model; what is the samples' name (images, clips), example the input
    for one, and more what else the metrics say.
    """
    probabilities, labels = test
    metrics = {
        "accuracy": accuracies(probabilities, labels),
        "shipped_accuracy": accuracies(probabilities[:, :shipped], labels[:shipped]),
        "test_" + what: len(labels),
        "shipped_" + what: shipped,
        **more}
    with open(os.path.join(out, "metrics.json"), "w") as file:
        json.dump(metrics, file, indent=1)
        file.write("\n")
    with open(os.path.join(out, "labels.txt"), "w") as file:
        file.write("\n".join(classes) + "\n")
    write_outcomes(os.path.join(out, "outcomes.csv"), probabilities, labels)
    export(model, example, os.path.join(out, "model.onnx"))
    print("accuracy of the exits: %s" % " ".join("%.4f" % a for a in metrics["accuracy"]))
    return metrics
