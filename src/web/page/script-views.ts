/** The targets view and the status view, and the choice between views by path. */
export const viewsScript = `
async function targetsView() {
  const onlyDown = element('input', { type: 'checkbox', onchange: () => fill() });
  const list = element('div', {});
  main.append(element('div', { className: 'row' }, element('h1', { className: 'skip' }, 'Targets'),
    element('label', {}, onlyDown, 'Only unhealthy'),
    element('button', { type: 'button', onclick: () => load() }, 'Refresh')), list);
  let targets = [];
  const fill = () => list.replaceChildren(...poolTables(targets, onlyDown.checked));
  const load = () => show(async () => {
    targets = (await api('targets', { state: 'active' })).data.activeTargets;
    fill();
  });
  await load();
}

function poolTables(targets, onlyDown) {
  const pools = new Map();
  for (const target of targets) {
    const members = pools.get(target.scrapePool);
    if (members) members.push(target);
    else pools.set(target.scrapePool, [target]);
  }
  if (pools.size === 0) return [message('No active targets', 'faint')];
  return [...pools].map(([pool, members]) => {
    const upCount = members.filter((target) => target.health === 'up').length;
    const shown = members.filter((target) => !onlyDown || target.health !== 'up');
    return element('section', {},
      element('h2', {}, pool + ' (' + upCount + '/' + members.length + ' up)'),
      table(['Endpoint', 'State', 'Labels', 'Last scrape', 'Took', 'Error'], shown.map(targetRow)));
  });
}

function targetRow(target) {
  const scraped = Date.parse(target.lastScrape);
  const age = scraped > 0 ? ((new Date() - scraped) / 1000).toFixed(1) + ' s ago' : 'never';
  return element('tr', {},
    cell(safeLink(target.globalUrl)),
    cell(target.health, target.health),
    cell(element('code', {}, labelText(target.labels))),
    cell(age, 'number'),
    cell((target.lastScrapeDuration * 1000).toFixed(1) + ' ms', 'number'),
    cell(target.lastError, 'error'));
}

async function statusView() {
  const sections = [
    ['Runtime', 'status/runtimeinfo', pairsTable],
    ['Build', 'status/buildinfo', pairsTable],
    ['Head', 'status/tsdb', (data) => pairsTable(data.headStats)],
    ['Most series by metric', 'status/tsdb', (data) => countsTable(data.seriesCountByMetricName)],
    ['Most values by label', 'status/tsdb', (data) => countsTable(data.labelValueCountByLabelName)],
    ['Flags', 'status/flags', pairsTable],
    ['Configuration', 'status/config', (data) => element('pre', { tabIndex: 0 }, data.yaml)],
  ];
  main.append(element('h1', { className: 'skip' }, 'Status'));
  for (const [title, path, view] of sections) {
    await show(async () => {
      const { data } = await api(path);
      main.append(element('h2', {}, title), view(data));
    });
  }
}

function pairsTable(object) {
  return table(['Name', 'Value'], Object.entries(object).map(([name, value]) =>
    element('tr', {}, cell(name), cell(element('code', {}, String(value))))));
}

function countsTable(counts) {
  return table(['Name', 'Count'], counts.map(({ name, value }) =>
    element('tr', {}, cell(element('code', {}, name)), cell(String(value), 'number'))));
}

const views = { '/query': queryView, '/targets': targetsView };
{
  const path = location.pathname.slice(prefix.length);
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === prefix + path) link.setAttribute('aria-current', 'page');
  }
  show(views[path] || statusView);
}
`;
