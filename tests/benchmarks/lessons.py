"""What a lesson's page costs in process: its example computed, the page composed and written as HTML, in each language.

Run with `python -m tests.benchmarks.lessons`. The peer is the example alone: what is above it is text. Measured examples
are left out, and trainings that are kept (xor, say) are computed once, as when they are served.
"""

import statistics
import tempfile
from functools import partial

from tests.benchmarks.turn import timed
from tutor.lessons.lesson import DEPTHS
from tutor.settings import Settings
from tutor.web import create_app
from tutor.worked import EXAMPLES, work

ROUNDS = 15


def main() -> None:
    """Print the median and the largest median over lessons, and the five slowest."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(f"sqlite:///{folder}/tutor.db", False))
        lessons, client = app.extensions["tutor"].tutor.library.lessons, app.test_client()
        medians = {}
        for slug, lesson in lessons.items():
            if not EXAMPLES[lesson.example].measured:
                paths = [f"/{lang}/lessons/{slug}?depth={depth}" for lang in ("en", "fr") for depth in DEPTHS]
                times = [timed(partial(client.get, path)) for _ in range(ROUNDS) for path in paths]
                alone = [timed(partial(work, lesson.example, {})) for _ in range(ROUNDS)]
                medians[slug] = statistics.median(times), statistics.median(alone)
    print(f"{'milliseconds, median':<28}{'page':>8}{'example alone':>16}")
    for slug in sorted(medians, key=medians.__getitem__)[-8:]:
        print(f"{slug:<28}{medians[slug][0]:>8.2f}{medians[slug][1]:>16.2f}")
    for name, place in (("median of all lessons", 0), ("of their examples", 1)):
        print(f"{name:<28}{statistics.median(found[place] for found in medians.values()):>8.2f}")


if __name__ == "__main__":
    main()
