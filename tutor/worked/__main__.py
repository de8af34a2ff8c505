"""`python -m tutor.worked NAME` computes one example alone in its process: inputs as JSON on stdin, receipt on stdout."""

import json
import sys

from tutor.worked import work
from tutor.worked.receipt import to_json

if __name__ == "__main__":
    json.dump(to_json(work(sys.argv[1], json.load(sys.stdin))), sys.stdout, allow_nan=False)
