/**
 * The flags of `tsprom server`: all of Prometheus 3.14's (cmd/prometheus/main.go) and our own, as data.
 * Durations are Prometheus durations, sizes powers of two.
 */
export interface ServerFlag {
  readonly name: string;
  readonly kind: 'string' | 'boolean' | 'duration' | 'size' | 'integer' | 'number' | 'choice';
  /** As text; "" for none. */
  readonly defaultText: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  /** Not in --help, as upstream. */
  readonly hidden?: boolean;
  /**
   * What setting it does: `applied`; `pending`, accepted without effect yet and said so once; `meaningless`, a setting
   * of the Go runtime or of upstream's inner workings; `agent`, of agent mode alone; `refused`, since ignoring it would
   * be unsafe.
   */
  readonly effect: 'applied' | 'pending' | 'meaningless' | 'agent' | 'refused';
}
