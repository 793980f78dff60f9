/** The page's style sheet. Colours follow the system's light or dark setting. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --back: light-dark(#fff, #16181d);
  --raised: light-dark(#f4f5f7, #20242b);
  --text: light-dark(#1b1f24, #e6e8eb);
  --faint: light-dark(#59636e, #9aa4b0);
  --line: light-dark(#d0d7de, #3a414b);
  --accent: light-dark(#a3330a, #ff9a66);
  --good: light-dark(#1a6b2f, #6fd08c);
  --bad: light-dark(#b3171f, #ff8f8f);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: baseline; padding: .7rem 1.2rem;
  background: var(--raised); border-bottom: 1px solid var(--line); }
header strong { font-size: 1.05rem; }
nav { display: flex; gap: 1rem; }
nav a { padding: .1rem .2rem; color: var(--text); text-decoration: none;
  border-bottom: 2px solid transparent; }
nav a[aria-current] { border-color: var(--accent); }
a { color: var(--accent); }
main { padding: 1.2rem; max-width: 1400px; margin: 0 auto; }
h2 { font-size: 1.05rem; margin: 1.4rem 0 .5rem; }
textarea, input, select, button { font: inherit; color: inherit; background: var(--back);
  border: 1px solid var(--line); border-radius: 4px; padding: .35rem .6rem; }
textarea { width: 100%; font-family: ui-monospace, monospace; font-size: .95rem; min-height: 3.2rem; }
button { background: var(--accent); color: var(--back); border-color: var(--accent); cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.row { display: flex; gap: .8rem; align-items: center; flex-wrap: wrap; margin: .6rem 0; }
.row label { display: flex; gap: .35rem; align-items: center; color: var(--faint); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--back); padding: .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0;
  border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre, .mono { font-family: ui-monospace, monospace; font-size: .86rem; overflow-wrap: anywhere; }
pre { background: var(--raised); padding: .8rem; overflow-x: auto; white-space: pre; }
.faint { color: var(--faint); }
.up { color: var(--good); font-weight: 600; }
.down, .error { color: var(--bad); font-weight: 600; }
.note { border-left: 3px solid var(--line); padding-left: .7rem; }
svg.chart { width: 100%; height: auto; background: var(--raised); border-radius: 4px; }
svg.chart text { fill: var(--faint); font-size: 12px; }
svg.chart .grid { stroke: var(--line); stroke-width: 1; }
svg.chart polyline { fill: none; stroke-width: 1.6; }
.legend { list-style: none; padding: 0; margin: .6rem 0; }
.legend li::before { content: "\\25A0"; margin-right: .5rem; }
.s0 { stroke: #d5541c; } .s1 { stroke: #2f7fd1; } .s2 { stroke: #2e9e5b; } .s3 { stroke: #a24fc4; }
.s4 { stroke: #c99a06; } .s5 { stroke: #d13f74; } .s6 { stroke: #1aa3a3; } .s7 { stroke: #7d7f86; }
.l0::before { color: #d5541c; } .l1::before { color: #2f7fd1; } .l2::before { color: #2e9e5b; }
.l3::before { color: #a24fc4; } .l4::before { color: #c99a06; } .l5::before { color: #d13f74; }
.l6::before { color: #1aa3a3; } .l7::before { color: #7d7f86; }
`;
