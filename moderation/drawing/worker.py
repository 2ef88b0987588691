"""The process that draws: reads requests from its standard input, writes drawings to its standard output, ends when the input ends.

The renderer is a JavaScript engine that holds Python's lock while it works, 60 ms a chart and a second for the first, and takes 90 MB;
in a process of its own it stops nobody. It is given specifications that hold their data, and no address is allowed.

A request is 4 bytes of length (big-endian) and JSON {"as": "svg"|"png"|"pdf", "spec"|"svg": …, "scale": 2}; an answer is one byte, 0
for a drawing or 1 for a complaint, 4 bytes of length, and the drawing or the complaint in UTF-8.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import Any, BinaryIO

import vl_convert

NO_ADDRESSES: list[str] = []


def drawn(asked: dict[str, Any]) -> bytes:
    """Return the drawing that a request asks for. Raises ValueError, also when a specification wants to load something."""
    if asked["as"] == "svg":
        return vl_convert.vegalite_to_svg(asked["spec"], allowed_base_urls=NO_ADDRESSES).encode()
    if asked["as"] == "png":
        return vl_convert.svg_to_png(asked["svg"], scale=asked.get("scale", 1))
    return vl_convert.svg_to_pdf(asked["svg"])


def serve(into: BinaryIO, out: BinaryIO) -> None:
    """Answer requests one by one until `into` ends."""
    while len(head := into.read(4)) == 4:
        asked = json.loads(into.read(struct.unpack(">I", head)[0]))
        try:
            flag, answer = 0, drawn(asked)
        except (ValueError, KeyError, TypeError) as problem:
            flag, answer = 1, str(problem)[:2000].encode()
        out.write(struct.pack(">BI", flag, len(answer)) + answer)
        out.flush()


def main() -> None:
    """Serve the process's own input and output; what the library prints goes to the error stream instead."""
    into, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(into, out)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
