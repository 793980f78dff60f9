/** What `npm start` says in five lines: what runs, where, and three commands to try. */
export function greeting(options: { url: string; dataDirectory: string; configFile: string }): string {
  const { url, dataDirectory, configFile } = options;
  return `\
tsprom scrapes itself and this machine every 15 s: open ${url} (no --config.file and no ./${configFile}, so an embedded default runs)
samples are kept in ${dataDirectory}; stop with Ctrl-C, nothing is lost; try in another terminal:
  npx tsprom promql eval up --url ${url}
  npx tsprom promql eval 'rate(node_cpu_seconds_total{mode="user"}[1m])' --url ${url} --start -10m --step 15s
  npx tsprom scrape ${url}/metrics
`;
}
