"""A picture of weights before and after, inside their bands: small SVG written by hand.

One row per group, in sections with a scale of their own: the band as a soft bar, the target as a tick, the weight
before as a ring, after as a disc, and a line between them. It stands alone (no script, no font, no network), follows
the reader's light or dark setting, and says in its `title` and `desc` what it shows, for those who hear it.
"""

from dataclasses import dataclass
from fractions import Fraction
from html import escape

from server.cli.show.amounts import percent

WIDTH, LEFT, RIGHT, TOP, ROW, HEAD, FOOT = 920, 232, 156, 76, 30, 46, 62
PLOT = WIDTH - LEFT - RIGHT

STYLE = """
  svg { --ink: #1c2330; --soft: #667085; --grid: #e6e9ef; --band: #dde6f5; --edge: #9fb6dd; --page: #ffffff;
        --after: #1f6feb; --ring: #8a94a6; --bad: #c93a2b; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e8ebf1; --soft: #98a2b3; --grid: #2a3140; --band: #24344f; --edge: #47628f; --page: #12161f;
          --after: #6ea8ff; --ring: #a7b0c0; --bad: #ff8273; }
  }
  text { font-family: "Inter", "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; fill: var(--ink);
         font-size: 13px; font-variant-numeric: tabular-nums; }
  .title { font-size: 19px; font-weight: 600; }
  .head { font-weight: 600; }
  .soft { fill: var(--soft); font-size: 12px; }
  .page { fill: var(--page); }
  .grid { stroke: var(--grid); stroke-width: 1; }
  .band { fill: var(--band); stroke: var(--edge); stroke-width: 0.75; }
  .target { stroke: var(--edge); stroke-width: 2; }
  .way { stroke: var(--ring); stroke-width: 2; }
  .before { fill: var(--page); stroke: var(--ring); stroke-width: 2; }
  .after { fill: var(--after); }
  .broken { fill: var(--bad); }
  .ring-broken { stroke: var(--bad); }
"""


@dataclass(frozen=True, slots=True)
class Row:
    """Weights as fractions. `low`, `high`: the band in force, None where that side is open."""

    label: str
    before: Fraction
    after: Fraction
    target: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that are compared with each other, in the order given."""

    title: str
    rows: list[Row]


def weights(sections: list[Section], title: str, subtitle: str) -> str:
    """The whole SVG document."""
    lines: list[str] = []
    y = TOP
    for section in sections:
        lines += _section(section, y)
        y += HEAD + ROW * len(section.rows)
    height = y + FOOT
    spoken = _spoken([row for section in sections for row in section.rows])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="title desc">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(spoken)}</desc>\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="10"/>\n'
        f'<text class="title" x="28" y="40">{escape(title)}</text>\n'
        f'<text class="soft" x="28" y="62">{escape(subtitle)}</text>\n'
        + "\n".join([*lines, _legend(height)])
        + "\n</svg>\n"
    )


def _section(section: Section, y: int) -> list[str]:
    top = _ceiling(section.rows)
    head = f'<text class="head" x="{LEFT - 14}" y="{y + HEAD - 12}" text-anchor="end">{escape(section.title)}</text>'
    rows = [line for at, row in enumerate(section.rows) for line in _row(row, y + HEAD + ROW * at + ROW // 2, top)]
    return [head, *_grid(top, y + HEAD, len(section.rows)), *rows]


def _row(row: Row, y: int, top: Fraction) -> list[str]:
    lines = [f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{escape(_short(row.label))}</text>']
    if row.low is not None or row.high is not None:
        start, end = _x(row.low or Fraction(0), top), _x(top if row.high is None else row.high, top)
        lines.append(
            f'<rect class="band" x="{start}" y="{y - 8}" width="{max(end - start, 2):.1f}" height="16" rx="3"/>'
        )
    if row.target is not None:
        x = _x(row.target, top)
        lines.append(f'<line class="target" x1="{x}" x2="{x}" y1="{y - 8}" y2="{y + 8}"/>')
    before, after = _x(row.before, top), _x(row.after, top)
    if abs(after - before) > 9:
        lines.append(f'<line class="way" x1="{before}" x2="{after}" y1="{y}" y2="{y}"/>')
    ring = "" if _inside(row, row.before) else " ring-broken"
    disc = "" if _inside(row, row.after) else " broken"
    lines.append(f'<circle class="before{ring}" cx="{before}" cy="{y}" r="5"/>')
    lines.append(f'<circle class="after{disc}" cx="{after}" cy="{y}" r="4.5"/>')
    text = percent(row.after) if row.before == row.after else f"{percent(row.before)} → {percent(row.after)}"
    lines.append(f'<text x="{WIDTH - 28}" y="{y + 4}" text-anchor="end">{text}</text>')
    return lines


def _grid(top: Fraction, y: int, rows: int) -> list[str]:
    step = next(s for s in (1, 2, 5, 10, 20, 50) if top * 100 / s <= 8)
    lines = []
    for mark in range(0, int(top * 100) + 1, step):
        x = _x(Fraction(mark, 100), top)
        lines.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{y - 4}" y2="{y + ROW * rows}"/>')
        lines.append(f'<text class="soft" x="{x}" y="{y - 12}" text-anchor="middle">{mark}%</text>')
    return lines


def _legend(height: int) -> str:
    y = height - 26
    signs = (
        (f'<circle class="before" cx="{LEFT + 6}" cy="{y}" r="5"/>', 18, "before"),
        (f'<circle class="after" cx="{LEFT + 86}" cy="{y}" r="4.5"/>', 98, "after"),
        (f'<line class="target" x1="{LEFT + 156}" x2="{LEFT + 156}" y1="{y - 8}" y2="{y + 8}"/>', 166, "target"),
        (f'<rect class="band" x="{LEFT + 226}" y="{y - 8}" width="30" height="16" rx="3"/>', 264, "allowed"),
        (f'<circle class="before ring-broken" cx="{LEFT + 340}" cy="{y}" r="5"/>', 352, "outside what is allowed"),
    )
    return "\n".join(f'{sign}<text class="soft" x="{LEFT + x}" y="{y + 4}">{word}</text>' for sign, x, word in signs)


def _spoken(rows: list[Row]) -> str:
    return "; ".join(f"{row.label}: {percent(row.before)} before, {percent(row.after)} after" for row in rows)


def _inside(row: Row, weight: Fraction) -> bool:
    return (row.low is None or weight >= row.low) and (row.high is None or weight <= row.high)


def _ceiling(rows: list[Row]) -> Fraction:
    """A whole percentage a little above everything drawn."""
    greatest = max(
        (w for row in rows for w in (row.before, row.after, row.target, row.high) if w is not None), default=0
    )
    return Fraction(int(min(greatest, 1) * 105) + 1, 100)


def _x(weight: Fraction, top: Fraction) -> float:
    return round(LEFT + PLOT * float(min(max(weight, Fraction(0)), top) / top), 1)


def _short(label: str, most: int = 27) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"
