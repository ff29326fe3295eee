"""Rebuild static/img/icons.svg, the one sprite, from tools/icons.txt and an unpacked @tabler/icons package.

python tools/icons.py PACKAGE_DIR     # the directory that holds icons/outline/
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ROOT / "tools" / "icons.txt"
SPRITE = ROOT / "static" / "img" / "icons.svg"
# Every outline icon carries this empty square; it only makes the file larger.
EMPTY_SQUARE = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


def symbol(name: str, package: Path) -> str:
    """Return one icon as a symbol element; raises FileNotFoundError when the package has no such outline icon."""
    source = (package / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
    drawing = EMPTY_SQUARE.sub("", source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")])
    shapes = " ".join(drawing.split())
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
    )


def main(arguments: list[str]) -> int:
    """Write the sprite; return a process exit code."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    names = NAMES.read_text(encoding="utf-8").split()
    symbols = "\n".join(symbol(name, Path(arguments[0])) for name in sorted(set(names)))
    SPRITE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n', encoding="utf-8")
    print(f"{SPRITE.relative_to(ROOT)}: {len(names)} icons, {SPRITE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
