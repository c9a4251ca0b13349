"""How a peer's program in Python answers; answer.mjs says what it is asked."""

import json
import sys


def answer(peer):
    """Answers each line of standard input by the method of `peer` that its `ask` names."""
    for line in sys.stdin:
        question = json.loads(line)
        try:
            reply = getattr(peer, question.pop("ask"))(**question)
        except Exception as error:  # pylint: disable=broad-except
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
