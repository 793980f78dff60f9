/** What `tsprom server` runs when no file is named and ./prometheus.yml is absent: this server and this machine. */
export const hostMetricsPath = '/metrics/host';

/** The embedded configuration; `address` is where the server itself answers (`localhost:9090`). */
export function defaultConfigText(address: string): string {
  return `global:
  scrape_interval: 15s
  evaluation_interval: 15s

scrape_configs:
  - job_name: tsprom
    static_configs:
      - targets: ['${address}']

  - job_name: node
    metrics_path: ${hostMetricsPath}
    static_configs:
      - targets: ['${address}']
`;
}
