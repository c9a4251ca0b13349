"""Runs the Python examples of a guide: each line that prints says in its comment what.

    python3 scripts/parity/check_guide.py docs/coming-from-pytorch.md
"""

import contextlib
import io
import re
import sys


def check(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```python\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    if not blocks:
        sys.exit(f"{path} has no example in Python")
    wrong = []
    for block in blocks:
        wanted = [line.strip() for line in re.findall(r"^print\(.*\)  # (.*)$", block, re.MULTILINE)]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, path, "exec"), {"__name__": "guide"})
        # A tensor of several rows is printed on as many lines.
        lines = re.sub(r",\n +", ", ", printed.getvalue()).splitlines()
        if lines != wanted:
            wrong.append(f"printed {lines}\n   said {wanted}")
    print(f"{path}: {len(blocks)} examples in Python, {len(wrong)} wrong")
    if wrong:
        sys.exit("\n".join(wrong))


check(sys.argv[1])
