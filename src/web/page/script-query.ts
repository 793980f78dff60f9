/** The query view: an expression, its answer as a table or, over a range, as lines. */
export const queryScript = String.raw`
const ranges = { '5m': 300, '15m': 900, '1h': 3600, '6h': 21600, '1d': 86400, '1w': 604800, '4w': 2419200 };
const maxLines = 50;

function queryView() {
  const parameters = new URLSearchParams(location.search);
  const tab = parameters.get('g0.tab');
  const expression = element('textarea', {
    id: 'expression', value: parameters.get('g0.expr') || '', spellcheck: false, autofocus: true,
    placeholder: 'up', 'aria-label': 'Expression (Enter runs it, Shift+Enter breaks the line)',
  });
  const options = Object.keys(ranges).map((text) => element('option', {}, text));
  const range = element('select', { id: 'range' }, ...options);
  range.value = ranges[parameters.get('g0.range_input')] ? parameters.get('g0.range_input') : '1h';
  const asTable = element('input', { type: 'radio', name: 'tab', value: 'table' });
  const asGraph = element('input', { type: 'radio', name: 'tab', value: 'graph' });
  (tab === '0' || tab === 'graph' ? asGraph : asTable).checked = true;
  const answer = element('section', { 'aria-live': 'polite', 'aria-label': 'Answer' });
  const run = () => runQuery({ answer, expression, range, isGraph: asGraph.checked });
  const form = element('form', { onsubmit(event) { event.preventDefault(); run(); } },
    expression,
    element('div', { className: 'row' },
      element('button', { type: 'submit' }, 'Execute'),
      element('label', {}, asTable, 'Table'),
      element('label', {}, asGraph, 'Graph'),
      element('label', {}, 'Range', range)));
  expression.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    run();
  });
  for (const input of [asTable, asGraph, range]) input.addEventListener('change', run);
  main.append(element('h1', { className: 'skip' }, 'Query'), form, answer);
  if (expression.value) run();
}

async function runQuery({ answer, expression, range, isGraph }) {
  const query = expression.value.trim();
  if (!query) return;
  const tab = isGraph ? '0' : '1';
  const state = new URLSearchParams({ 'g0.expr': query, 'g0.tab': tab, 'g0.range_input': range.value });
  history.replaceState(null, '', prefix + '/query?' + state);
  answer.replaceChildren(message('Running…', 'faint'));
  const begun = new Date();
  try {
    const found = isGraph ? await rangeQuery(query, ranges[range.value]) : await api('query', { query });
    const { resultType, result } = found.data;
    const count = Array.isArray(result) ? result.length : 1;
    const took = (new Date() - begun);
    const about = resultType === 'scalar' || resultType === 'string' ? resultType : count + ' series';
    answer.replaceChildren(message(about + ', ' + took + ' ms', 'faint'));
    const notes = [...(found.warnings || []), ...(found.infos || [])];
    answer.append(...notes.map((text) => message(text, 'note')));
    if (isGraph) answer.append(...chart(result, found.start, found.end));
    else answer.append(resultTable(resultType, result));
  } catch (error) {
    answer.replaceChildren(message(String(error.message || error), 'error'));
  }
}

async function rangeQuery(query, seconds) {
  const end = Math.floor(new Date() / 1000);
  const start = end - seconds;
  const step = Math.max(Math.floor(seconds / 250), 1);
  return { ...(await api('query_range', { query, start, end, step })), start, end };
}

function resultTable(type, result) {
  if (type === 'scalar' || type === 'string') result = [{ metric: {}, value: result }];
  const rows = result.slice(0, 10000).map((series) => {
    const points = series.values || series.histograms || [series.value || series.histogram];
    const lines = points.map(([time, value]) => pointText(value) + (type === 'matrix' ? ' @' + time : ''));
    const text = lines.join('\n');
    return element('tr', {}, cell(element('code', {}, labelText(series.metric))), cell(text, 'number mono'));
  });
  if (rows.length === 0) return message('Empty result', 'faint');
  return table(['Series', 'Value'], rows);
}

function pointText(value) {
  return typeof value === 'string' ? value : 'count ' + value.count + ', sum ' + value.sum;
}

function chart(result, start, end) {
  const series = result.filter((one) => one.values).slice(0, maxLines);
  const texts = series.flatMap((one) => one.values.map(([, value]) => value));
  const values = texts.map(Number).filter(Number.isFinite);
  if (values.length === 0) return [message('Empty result', 'faint')];
  let low = values.reduce((a, b) => Math.min(a, b));
  let high = values.reduce((a, b) => Math.max(a, b));
  if (low === high) { low -= Math.abs(low) / 10 || 1; high += Math.abs(high) / 10 || 1; }
  const box = { left: 80, right: 990, top: 12, bottom: 330 };
  const x = (time) => box.left + ((time - start) / (end - start)) * (box.right - box.left);
  const y = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
  const drawing = svg('svg', { class: 'chart', viewBox: '0 0 1000 360', role: 'img',
    'aria-label': series.length + ' series from ' + timeText(start) + ' to ' + timeText(end) });
  for (let i = 0; i <= 4; i++) {
    const value = low + ((high - low) * i) / 4;
    const time = start + ((end - start) * i) / 4;
    drawing.append(
      svg('line', { class: 'grid', x1: box.left, x2: box.right, y1: y(value), y2: y(value) }),
      svg('text', { x: box.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, String(+value.toPrecision(4))),
      svg('text', { x: x(time), y: 350, 'text-anchor': i === 4 ? 'end' : 'middle' }, timeText(time)));
  }
  const gap = Math.max(Math.floor((end - start) / 250), 1) * 1.5;
  series.forEach((one, i) => {
    for (const points of runs(one.values, gap)) {
      const path = points.map(([time, value]) => x(time).toFixed(1) + ',' + y(value).toFixed(1));
      const title = svg('title', {}, labelText(one.metric));
      drawing.append(svg('polyline', { class: 's' + (i % 8), points: path.join(' ') }, title));
    }
  });
  const legend = series.map((one, i) =>
    element('li', { className: 'mono l' + (i % 8) }, labelText(one.metric)));
  const isCut = result.length > series.length;
  const note = isCut ? [message('First ' + series.length + ' series shown.', 'faint')] : [];
  return [drawing, ...note, element('ul', { className: 'legend' }, ...legend)];
}

/** Unbroken stretches of finite points; a lone point becomes a short line so that it shows. */
function runs(points, gap) {
  const found = [];
  let last = -Infinity;
  for (const [time, text] of points) {
    const value = Number(text);
    if (!Number.isFinite(value)) { last = -Infinity; continue; }
    if (time - last > gap) found.push([]);
    found[found.length - 1].push([time, value]);
    last = time;
  }
  return found.map((run) => {
    if (run.length > 1) return run;
    const [[time, value]] = run;
    return [[time - gap / 3, value], [time + gap / 3, value]];
  });
}

function timeText(seconds) {
  return new Date(seconds * 1000).toISOString().slice(5, 16).replace('T', ' ');
}
`;
