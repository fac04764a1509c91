#!/usr/bin/env python3
"""The PyTorch peer of the worker step: forward and backward of conv-4 on one thread, images per second.

Three forms of the same function, timed in interleaved rounds in one process:
  as_written     convolution, batch norm, ReLU, max-pool
  pool_first     max-pool before ReLU: both are monotone, so the values are the same at a quarter of the ReLU's work
  channels_last  pool_first with images and weights in channels-last order

Images are real: a raw file of float32 (count x 28 x 28, ink = 1), or an Omniglot zip of PNGs (needs Pillow). Prints one JSON object.

  python3 benchmarks/peers/conv4_step.py --images ../shared/data/omniglot/images_background.zip
"""

import argparse
import copy
import io
import json
import os
import platform
import statistics
import sys
import time
import zipfile

# glibc gives the pages of large blocks back after every step unless told to keep them. Its settings are read at process start, so set and start again.
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592", "MALLOC_TOP_PAD_": "268435456"}
THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def restart_with_environment(tuned):
    wanted = dict(THREADS, **(ALLOCATOR if tuned else {}))
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.environ.update(wanted)
        os.execv(sys.executable, [sys.executable] + sys.argv)


def read_images(path, count):
    """Returns float32 of shape (count, 1, 28, 28), ink = 1."""
    import numpy

    if not path.endswith(".zip"):
        values = numpy.fromfile(path, dtype="<f4")
        if values.size < count * 784:
            sys.exit(f"{path}: expected at least {count * 784} float32 values, got {values.size}; export {count} images of 28 x 28")
        return values[: count * 784].reshape(count, 1, 28, 28)

    from PIL import Image

    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        if len(names) < count:
            sys.exit(f"{path}: expected at least {count} PNG images, got {len(names)}")
        chosen = names[:: len(names) // count][:count]
        rows = []
        for name in chosen:
            image = Image.open(io.BytesIO(archive.read(name))).convert("L").resize((28, 28), Image.BOX)
            rows.append(1.0 - numpy.asarray(image, dtype="float32") / 255.0)
    return numpy.stack(rows)[:, None]


def build(torch, pool_first):
    """Conv-4: four blocks of 64 filters; 28 x 28 becomes 1 x 1, a descriptor of 64."""
    nn = torch.nn
    layers = []
    channels = 1
    for _ in range(4):
        layers += [nn.Conv2d(channels, 64, 3, padding=1), nn.BatchNorm2d(64)]
        layers += [nn.MaxPool2d(2), nn.ReLU()] if pool_first else [nn.ReLU(), nn.MaxPool2d(2)]
        channels = 64
    return nn.Sequential(*layers, nn.Flatten())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True, help="raw float32 file, or a zip of PNG images")
    parser.add_argument("--batch", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each form")
    parser.add_argument("--steps", type=int, default=4, help="steps in a round")
    parser.add_argument("--default-allocator", action="store_true", help="leave glibc's settings alone")
    arguments = parser.parse_args()
    restart_with_environment(not arguments.default_allocator)

    import torch

    torch.set_num_threads(1)
    images = torch.from_numpy(read_images(arguments.images, arguments.batch))
    torch.manual_seed(1)
    written = build(torch, pool_first=False)
    forms = {"as_written": (written, images)}
    first = build(torch, pool_first=True)
    first.load_state_dict(written.state_dict())
    forms["pool_first"] = (first, images)
    last = build(torch, pool_first=True).to(memory_format=torch.channels_last)
    last.load_state_dict(written.state_dict())
    forms["channels_last"] = (last, images.to(memory_format=torch.channels_last))
    gradient = torch.randn(arguments.batch, 64)

    def step(form):
        network, batch = forms[form]
        network.zero_grad()
        descriptors = network(batch)
        descriptors.backward(gradient)
        return descriptors.detach()

    # The forms are one function; a peer that computes something else would prove nothing. Checked in float64, since the channels-last batch norm of
    # PyTorch 1.13 is less accurate in float32 (its difference is printed).
    exact = {form: copy.deepcopy(network).double()(batch[:60].double()).detach() for form, (network, batch) in forms.items()}
    errors = {form: float((values - exact["as_written"]).norm() / exact["as_written"].norm()) for form, values in exact.items()}
    if max(errors.values()) > 1e-9:
        sys.exit(f"the forms differ by {errors} relative to the descriptors in float64, expected at most 1e-9")

    expected = step("as_written")
    differences = {form: float((step(form) - expected).norm() / expected.norm()) for form in forms}

    rates = {form: [] for form in forms}
    for _ in range(arguments.rounds):
        for form in forms:
            start = time.perf_counter()
            for _ in range(arguments.steps):
                step(form)
            rates[form].append(arguments.batch * arguments.steps / (time.perf_counter() - start))

    print(json.dumps({
        "benchmark": "conv4_step",
        "library": "PyTorch " + torch.__version__,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
        "batch": arguments.batch,
        "steps_per_round": arguments.steps,
        "tuned_allocator": not arguments.default_allocator,
        "relative_difference_float32": differences,
        "images_per_second_median": {form: round(statistics.median(values), 1) for form, values in rates.items()},
        "images_per_second": {form: [round(value, 1) for value in values] for form, values in rates.items()},
    }, indent=2))


if __name__ == "__main__":
    main()
