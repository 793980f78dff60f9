import { readFileSync } from 'node:fs';

interface Difference {
  readonly id: string;
  readonly rule: string;
  readonly upstream: string;
  readonly matcher: {
    readonly specificationCase?: string;
    readonly count?: number;
    readonly upstreamTable?: string;
    readonly skips?: boolean;
    readonly pageBytes?: number;
  };
}

/** The known differences of this layer. */
export function expositionDifferences(): readonly Difference[] {
  return JSON.parse(readFileSync('test/differences/exposition.json', 'utf8')) as Difference[];
}
