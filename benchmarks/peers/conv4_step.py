#!/usr/bin/env python3
"""The PyTorch peer of the worker step: forward and backward of conv-4 on one thread, images per second.

Three forms of the same function, timed in interleaved rounds in one process:
  as_written     convolution, batch norm, ReLU, max-pool
  pool_first     max-pool before ReLU: both are monotone, so the values are the same at a quarter of the ReLU's work
  channels_last  pool_first with images and weights in channels-last order

Images are real: a raw file of float32 (count x 28 x 28, ink = 1), or an Omniglot zip of PNGs (needs Pillow). Prints one JSON object.

  python3 benchmarks/peers/conv4_step.py --images ../shared/data/omniglot/images_background.zip

With --serve FOLDER it is the other half of `benchmarks/Model.Benchmarks -- step`, which runs it as a child. The folder holds raw float32 files: images.f32,
parameters.f32 (per block the convolution's weights, then scale and shift of the batch norm; the peer's own convolution bias starts at 0) and cotangent.f32
(batch x 64). The peer writes answer.f32, descriptors and then the gradient in the order of the parameters, so that the caller can see that both compute one
function, and prints one line of JSON. Then each line `FORM STEPS wall|cpu` on its input is answered by one line with the seconds of each step; it idles in between and
ends with its input.
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
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
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


class Forms:
    """The three forms with equal weights and the images in each one's memory order."""

    def __init__(self, torch, images, parameters, cotangent):
        self.torch = torch
        written = build(torch, pool_first=False)
        if parameters is not None:
            load_parameters(torch, written, parameters)
        first = build(torch, pool_first=True)
        first.load_state_dict(written.state_dict())
        last = build(torch, pool_first=True).to(memory_format=torch.channels_last)
        last.load_state_dict(written.state_dict())
        self.all = {"as_written": (written, images), "pool_first": (first, images), "channels_last": (last, images.to(memory_format=torch.channels_last))}
        self.cotangent = cotangent

    def step(self, form):
        network, batch = self.all[form]
        network.zero_grad()
        descriptors = network(batch)
        descriptors.backward(self.cotangent)
        return descriptors.detach()

    def time_steps(self, form, steps, clock=time.perf_counter):
        """Returns the seconds of each of a number of steps."""
        seconds = []
        for _ in range(steps):
            start = clock()
            self.step(form)
            seconds.append(clock() - start)
        return seconds

    def compare(self):
        """Relative differences to as_written in float32. A peer that computes something else would prove nothing, so float64 must agree; the channels-last
        batch norm of PyTorch 1.13 is less accurate in float32."""
        exact = {form: copy.deepcopy(network).double()(batch[:60].double()).detach() for form, (network, batch) in self.all.items()}
        errors = {form: float((values - exact["as_written"]).norm() / exact["as_written"].norm()) for form, values in exact.items()}
        if max(errors.values()) > 1e-9:
            sys.exit(f"the forms differ by {errors} relative to the descriptors in float64, expected at most 1e-9")
        expected = self.step("as_written")
        return {form: float((self.step(form) - expected).norm() / expected.norm()) for form in self.all}


def tensors_of(torch, network):
    """The trainable tensors that both sides have, in the order of parameters.f32."""
    for layer in network:
        if isinstance(layer, torch.nn.Conv2d):
            yield layer.weight
        elif isinstance(layer, torch.nn.BatchNorm2d):
            yield layer.weight
            yield layer.bias


def load_parameters(torch, network, values):
    tensors = list(tensors_of(torch, network))
    expected = sum(tensor.numel() for tensor in tensors)
    if values.numel() != expected:
        sys.exit(f"parameters.f32: expected {expected} float32 values, got {values.numel()}; the two networks have different layouts")
    with torch.no_grad():
        for tensor, part in zip(tensors, values.split([tensor.numel() for tensor in tensors])):
            tensor.copy_(part.view_as(tensor))
        for layer in network:
            if isinstance(layer, torch.nn.Conv2d):
                layer.bias.zero_()


def describe(torch, arguments):
    return {
        "library": "PyTorch " + torch.__version__,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
        "batch": arguments.batch,
        "tuned_allocator": not arguments.default_allocator,
    }


def serve(torch, arguments):
    import numpy

    def read(name):
        return torch.from_numpy(numpy.fromfile(os.path.join(arguments.serve, name), dtype="<f4"))

    images = torch.from_numpy(read_images(os.path.join(arguments.serve, "images.f32"), arguments.batch))
    forms = Forms(torch, images, read("parameters.f32"), read("cotangent.f32").view(arguments.batch, 64))
    differences = forms.compare()
    network, _ = forms.all["as_written"]
    answer = [forms.step("as_written").flatten()] + [tensor.grad.flatten() for tensor in tensors_of(torch, network)]
    torch.cat(answer).numpy().astype("<f4").tofile(os.path.join(arguments.serve, "answer.f32"))
    print(json.dumps(dict(describe(torch, arguments), relative_difference_float32=differences)), flush=True)
    for line in sys.stdin:
        form, steps, clock = line.split()
        print(json.dumps({"form": form, "seconds": forms.time_steps(form, int(steps), CLOCKS[clock])}), flush=True)


def run(torch, arguments):
    images = torch.from_numpy(read_images(arguments.images, arguments.batch))
    torch.manual_seed(1)
    forms = Forms(torch, images, None, torch.randn(arguments.batch, 64))
    differences = forms.compare()
    rates = {form: [] for form in forms.all}
    for _ in range(arguments.rounds):
        for form in forms.all:
            rates[form].append(arguments.batch * arguments.steps / sum(forms.time_steps(form, arguments.steps)))

    print(json.dumps(dict(
        {"benchmark": "conv4_step"},
        **describe(torch, arguments),
        steps_per_round=arguments.steps,
        relative_difference_float32=differences,
        images_per_second_median={form: round(statistics.median(values), 1) for form, values in rates.items()},
        images_per_second={form: [round(value, 1) for value in values] for form, values in rates.items()},
    ), indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--images", help="raw float32 file, or a zip of PNG images")
    source.add_argument("--serve", metavar="FOLDER", help="time steps on request, with the files of this folder")
    parser.add_argument("--batch", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each form")
    parser.add_argument("--steps", type=int, default=4, help="steps in a round")
    parser.add_argument("--default-allocator", action="store_true", help="leave glibc's settings alone")
    arguments = parser.parse_args()
    restart_with_environment(not arguments.default_allocator)

    import torch

    torch.set_num_threads(1)
    if arguments.serve:
        serve(torch, arguments)
    else:
        run(torch, arguments)


if __name__ == "__main__":
    main()
