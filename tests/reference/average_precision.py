"""Reference numbers of average precision, from scikit-learn. Prints average_precision.json:  python3 average_precision.py > average_precision.json"""
import json
import platform

import numpy
import sklearn
from sklearn.metrics import average_precision_score

random = numpy.random.RandomState(20)
cases = []


def add(name, scores, relevant):
    scores = [float(score) for score in scores]
    relevant = [bool(label) for label in relevant]
    cases.append({"name": name, "scores": scores, "relevant": relevant, "average_precision": average_precision_score(relevant, scores)})


add("one item", [0.5], [True])
add("best first", [3, 2, 1], [True, False, False])
add("best last", [3, 2, 1], [False, False, True])
add("all relevant", [1, 2, 3], [True, True, True])
add("all equal", [1, 1, 1, 1, 1], [True, False, True, False, False])
add("tie across labels", [3, 2, 2, 1], [False, True, False, True])
add("negative zero equals zero", [0.0, -0.0, 1.0], [True, False, False])
for size in (10, 50, 200):
    labels = random.uniform(size=size) < 0.2
    labels[random.randint(size)] = True
    add(f"{size} distinct", random.normal(size=size) + labels, labels)
    add(f"{size} with ties", numpy.round(random.normal(size=size) + labels), labels)

print(json.dumps({
    "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__, "python": platform.python_version()},
    "cases": cases,
}, indent=1))
