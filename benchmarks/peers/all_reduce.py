#!/usr/bin/env python3
"""The gloo peer of the exchange: an all-reduce of float32 numbers among processes of this machine, in PyTorch.

Prints one JSON object: for each round the seconds of the slowest process, from a barrier to the end of the all-reduce.

  python3 benchmarks/peers/all_reduce.py --numbers 60000000 --workers 2 --rounds 5
"""

import argparse
import json
import os
import tempfile
import time

# One thread a process, as the workers have.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing


def reduce(rank, options, meeting, seconds):
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=options.workers)
    numbers = torch.ones(options.numbers)
    for turn in range(options.warm + options.rounds):
        numbers.fill_(1.0)
        distributed.barrier()
        begun = time.perf_counter()
        distributed.all_reduce(numbers)
        taken = torch.tensor([time.perf_counter() - begun], dtype=torch.float64)
        distributed.all_reduce(taken, distributed.ReduceOp.MAX)
        if numbers[0].item() != options.workers or numbers[-1].item() != options.workers:
            raise RuntimeError(f"all-reduce: expected {options.workers}, got {numbers[0].item()} and {numbers[-1].item()}")
        if rank == 0 and turn >= options.warm:
            seconds[turn - options.warm] = taken.item()
    distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--numbers", type=int, default=60_000_000, help="float32 numbers")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--rounds", type=int, default=5, help="all-reduces that are timed")
    parser.add_argument("--warm", type=int, default=2, help="all-reduces before them")
    options = parser.parse_args()
    seconds = multiprocessing.get_context("spawn").Array("d", options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(reduce, args=(options, os.path.join(folder, "meeting"), seconds), nprocs=options.workers)
    print(json.dumps({"torch": torch.__version__, "seconds": list(seconds)}))


if __name__ == "__main__":
    main()
