"""Reference numbers of the mixture fit, from scikit-learn. Prints mixture.json:  python3 mixture.py > mixture.json

A case has data X (N x D, centered), responsibilities g (N x K) to begin with, and eps. The start's M-step gives the parameters that scikit-learn begins
with; reg_covar is eps; tol is 0, so that EM runs to the last iteration. Cases whose EM is slow are drawn again: rounding would stand in for convergence.
"""
import json
import platform
import sys
import warnings

import numpy
import sklearn
from sklearn.mixture import GaussianMixture

STEPS = 4000
SLOWEST = 0.98       # the largest factor by which EM's last changes may shrink from step to step
SMALLEST = 0.05      # the smallest mixing weight
SETTLED = 1e-14      # the largest change of a step at the end
warnings.filterwarnings("ignore")


def m_step(x, g, eps):
    counts = g.sum(axis=0)
    means = g.T @ x / counts[:, None]
    squares = numpy.stack([(g[:, j, None] * (x - means[j]) ** 2).sum(axis=0) / counts[j] for j in range(g.shape[1])])
    return counts / len(x), means, squares + eps


def fit(x, g, eps, steps):
    weights, means, variances = m_step(x, g, eps)
    mixture = GaussianMixture(g.shape[1], covariance_type="diag", reg_covar=eps, tol=0, max_iter=steps,
                              weights_init=weights / weights.sum(), means_init=means, precisions_init=1 / variances)
    return mixture.fit(x)


def change(x, mixture, eps):
    """The largest change of a responsibility in one more step."""
    g = mixture.predict_proba(x)
    weights, means, variances = m_step(x, g, eps)
    joint = numpy.stack([numpy.log(weights[j]) - ((x - means[j]) ** 2 / variances[j] + numpy.log(2 * numpy.pi * variances[j])).sum(axis=1) / 2
                         for j in range(len(weights))], axis=1)
    after = numpy.exp(joint - joint.max(axis=1, keepdims=True))
    return numpy.abs(after / after.sum(axis=1, keepdims=True) - g).max()


def draw(size, dimensions, components, separation, seed):
    random = numpy.random.RandomState(seed)
    owners = numpy.arange(size) % components
    centers = random.normal(size=(components, dimensions)) * separation / numpy.sqrt(dimensions)
    x = centers[owners] + random.normal(size=(size, dimensions)) * 0.4 * random.uniform(0.5, 1.5, size=dimensions)
    x = numpy.round(x - x.mean(axis=0), 5)
    g = numpy.eye(components)[numpy.where(random.uniform(size=size) < 0.15, (owners + 1) % components, owners)]
    g = numpy.round(0.8 * g + 0.2 / components, 3)
    g[:, 0] = 1 - g[:, 1:].sum(axis=1)
    return x, g


def case(size, dimensions, components, eps, separation):
    for seed in range(1000):
        x, g = draw(size, dimensions, components, separation, seed)
        early, later = (change(x, fit(x, g, eps, steps), eps) for steps in (100, 110))
        if early > 1e-14 and later > early * SLOWEST ** 10:
            continue
        mixture = fit(x, g, eps, STEPS)
        if mixture.weights_.min() < SMALLEST or change(x, mixture, eps) > SETTLED:
            continue
        kind = "apart" if separation > 1 else "overlapping"
        name = f"K {components}, N {size}, D {dimensions}, eps {eps:g}, {kind}"
        print(f"{name}: draw {seed}, smallest largest responsibility {mixture.predict_proba(x).max(axis=1).min():.4f}", file=sys.stderr)
        return {"name": name, "size": dimensions, "eps": eps, "support": x.ravel().tolist(), "components": components, "start": g.ravel().tolist(),
                "weights": mixture.weights_.tolist(), "means": mixture.means_.ravel().tolist(), "variances": mixture.covariances_.ravel().tolist(),
                "log_likelihood": float(mixture.score_samples(x).sum())}
    raise SystemExit(f"no draw of {size} x {dimensions}, {components} components, eps {eps} settles")


SHAPES = [
    (1, 5, 2), (1, 20, 16), (1, 60, 64),
    (2, 6, 2), (2, 12, 8), (2, 20, 16), (2, 50, 32), (2, 60, 64),
    (3, 12, 4), (3, 24, 16), (3, 50, 32),
    (4, 16, 4), (4, 30, 8), (4, 60, 32),
]
cases = [case(size, dimensions, components, eps, separation)
         for index, (components, size, dimensions) in enumerate(SHAPES)
         for eps, separation in ([(1e-2, 4.0), (1e-1, 0.7)] if index % 2 else [(1e-3, 0.7), (1e-4, 4.0)])]

print(json.dumps({
    "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__, "python": platform.python_version()},
    "cases": cases,
}, indent=None, separators=(", ", ": ")).replace('{"name"', '\n{"name"'))
