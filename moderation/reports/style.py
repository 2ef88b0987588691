"""How a report looks when it stands alone: readable on paper, on a phone, in light and in dark."""

from __future__ import annotations

from moderation.charts.palette import properties

_CHARTS = f"""
:root {{ {properties(dark=False)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {properties(dark=True)} }} }}"""
"""Charts have one set of colours, wherever they are shown."""

STYLE = (
    _CHARTS
    + """
:root { color-scheme: light dark; --ink: #1c2126; --soft: #56606a; --line: #d5dbe1; --ground: #fbfbfa; --mark: #8a4b10; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --soft: #a3adb7; --line: #39424b; --ground: #14181c; --mark: #f0b070; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .6rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 .2rem; }
p { margin: .3rem 0; max-width: 44rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 600; min-width: min(12rem, 30vw); overflow-wrap: anywhere; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th:last-child { padding-left: .7rem; }
blockquote { margin: .6rem 0; padding: .1rem 0 .1rem .9rem; border-left: 3px solid var(--line); overflow-wrap: anywhere; }
blockquote p { margin: 0; }
blockquote footer { color: var(--soft); font-size: .88rem; }
a { color: inherit; }
.report > p, .report > ul, .report > ol { max-width: 44rem; }
.report ul, .report ol { margin: .4rem 0; padding-left: 1.3rem; }
.report li { margin: .25rem 0; }
.lead { font-size: 1.12rem; }
.note, .soft { color: var(--soft); font-size: .92rem; }
.warning { border: 2px solid var(--mark); color: var(--mark); padding: .5rem .8rem; font-weight: 600; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .2rem 1.6rem; margin: .6rem 0; }
.facts > div { border-top: 1px solid var(--line); padding: .5rem 0; }
.facts dt { color: var(--soft); font-size: .92rem; }
.facts dd { margin: 0; font-weight: 600; font-size: 1.05rem; }
.facts small { display: block; color: var(--soft); font-weight: 400; font-size: .86rem; }
.drawn { margin: 1rem 0; } .drawn figcaption { color: var(--soft); font-size: .92rem; padding-bottom: .5rem; }
.chart-svg { display: block; max-width: 100%; height: auto; }
.chart-narrow { display: none; }
.beside { display: flex; flex-wrap: wrap; gap: 0 2.5rem; } .beside .drawn { flex: 0 1 330px; }
@media (max-width: 42rem) { .chart-wide { display: none; } .chart-narrow { display: block; } }
hr { border: 0; border-top: 2px solid var(--line); margin: 2.5rem 0; }
sup a { text-decoration: none; color: var(--soft); font-size: .75rem; }
.links { columns: 2; font-size: .82rem; }
@media print {
  body { background: #fff; color: #000; } .wide { overflow: visible; } hr { break-after: page; }
}
"""
)
