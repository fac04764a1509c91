"""Reference numbers of the optimizers and the learning-rate schedule, from PyTorch. Prints optimizers.json:  python3 optimizers.py > optimizers.json

Gradients and initial values are exact in float32 and given by integer formulas that the test repeats.
"""
import json
import platform

import torch

STEPS = 60
SIZES = [11, 8]        # two entries of the layout
SCALES = [1.0, 10.0]   # their learning-rate scales
KEPT = [1, 2, 10, 30, 60]


def initial(i):
    return ((i * 37) % 64 - 32) / 32


def gradient(step, i):
    return ((step * 7919 + i * 10473) % 2001 - 1000) / 512


def schedule(optimizer, warm_up, total, cosine):
    after = (torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total - warm_up) if cosine
             else torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0, total_iters=1))
    if warm_up == 0:
        return after
    linear = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1 / warm_up, end_factor=1.0, total_iters=warm_up - 1)
    return torch.optim.lr_scheduler.SequentialLR(optimizer, [linear, after], milestones=[warm_up])


def run(name, make, rate, warm_up, cosine, numbers):
    total = sum(SIZES)
    flat = torch.tensor([initial(i) for i in range(total)], dtype=torch.float32)
    entries = [torch.nn.Parameter(part.clone()) for part in flat.split(SIZES)]
    optimizer = make([{"params": [entry], "lr": rate * scale} for entry, scale in zip(entries, SCALES)])
    scheduler = schedule(optimizer, warm_up, STEPS, cosine)
    rates, kept = [], {}
    for step in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        slope = torch.tensor([gradient(step, i) for i in range(total)], dtype=torch.float32)
        for entry, part in zip(entries, slope.split(SIZES)):
            entry.grad = part.clone()
        optimizer.step()
        scheduler.step()
        if step + 1 in KEPT:
            kept[str(step + 1)] = [float(value) for entry in entries for value in entry.detach()]
    return {"name": name, **numbers, "learning_rate": rate, "warm_up_steps": warm_up, "cosine": cosine, "rates": rates, "parameters": kept}


def case(name, kind, rate, warm_up, cosine, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0, momentum=0.9):
    numbers = {"kind": kind, "beta1": beta1, "beta2": beta2, "epsilon": epsilon, "weight_decay": weight_decay, "momentum": momentum}
    makers = {
        "adam": lambda groups: torch.optim.Adam(groups, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay),
        "adam_w": lambda groups: torch.optim.AdamW(groups, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay),
        "sgd": lambda groups: torch.optim.SGD(groups, lr=rate, momentum=momentum, weight_decay=weight_decay),
    }
    return run(name, makers[kind], rate, warm_up, cosine, numbers)


print(json.dumps({
    "versions": {"torch": torch.__version__, "python": platform.python_version()},
    "steps": STEPS, "sizes": SIZES, "scales": SCALES,
    "cases": [
        case("adam", "adam", 2e-3, 0, False),
        case("adam with warm-up and cosine", "adam", 2e-3, 10, True),
        case("adam with coupled decay", "adam", 1e-3, 5, True, beta1=0.8, beta2=0.99, epsilon=1e-6, weight_decay=0.1),
        case("adamw", "adam_w", 1e-3, 10, True, weight_decay=0.05),
        case("adamw without schedule", "adam_w", 2e-3, 0, False, beta2=0.95, weight_decay=0.01),
        case("sgd", "sgd", 1e-3, 0, True),
        case("sgd with decay and warm-up", "sgd", 2e-3, 20, False, momentum=0.8, weight_decay=0.01),
        case("sgd without momentum", "sgd", 1e-3, 1, True, momentum=0.0),
    ],
}, indent=1))
