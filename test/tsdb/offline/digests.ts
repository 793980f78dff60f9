/** What a Queryable holds, as the corpus' `expected/dump-digest.jsonl.gz` has it of promtool's dump. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type CorruptionError, formatFloatShortest } from '../../../src/base/index.js';
import { formatHistogram, type Histogram } from '../../../src/model/index.js';
import {
  histogramKind,
  type Queryable,
  type SeriesColumns,
  SymbolTable,
} from '../../../src/storage/index.js';
import { always, request } from '../../storage/storage-samples.js';

export interface Digest {
  readonly series: string;
  readonly samples: number;
  readonly histograms: number;
  readonly first: number;
  readonly last: number;
  readonly sha256: string;
}

/** By series text. Sets without histograms do not count them. */
export function expectedDigests(file: string): Map<string, Digest> {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const digests = new Map<string, Digest>();
  for (const line of lines) {
    const { series, samples, histograms = 0, first, last, sha256 } = JSON.parse(line) as Digest;
    digests.set(series, { series, samples, histograms, first, last, sha256 });
  }
  return digests;
}

export async function digestsOf(queryable: Queryable): Promise<Map<string, Digest>> {
  const found = new Map<string, Digest>();
  await eachSeries(queryable, (series, columns) => {
    if (columns.length === 0) return;
    const hash = createHash('sha256');
    for (const line of lines(columns)) hash.update(line);
    found.set(series, {
      series,
      samples: columns.length,
      histograms:
        columns.kinds?.subarray(0, columns.length).filter((kind) => kind === histogramKind).length ?? 0,
      first: columns.timestamps[0] as number,
      last: columns.timestamps[columns.length - 1] as number,
      sha256: hash.digest('hex'),
    });
  });
  return found;
}

/** `<ms> <value>\n` of each sample. */
export function* lines(columns: SeriesColumns): Iterable<string> {
  for (let row = 0; row < columns.length; row++) {
    const value =
      columns.kinds?.[row] === histogramKind
        ? formatHistogram(columns.histograms?.at(row) as Histogram)
        : formatFloatShortest(columns.values[row] as number);
    yield `${columns.timestamps[row]} ${value}\n`;
  }
}

export async function eachSeries(
  queryable: Queryable,
  visit: (series: string, columns: SeriesColumns) => void,
  onDamage?: (damage: CorruptionError) => void,
): Promise<void> {
  const symbols = new SymbolTable();
  const querier = queryable.querier(always);
  const set = querier.select(request(['__name__=~(?s:.*)'], { symbols, onDamage }));
  try {
    while (await set.next()) visit(symbols.labels(set.labels).toString(), set.columns);
  } finally {
    set.close();
    querier.close();
  }
}
