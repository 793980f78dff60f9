/**
 * Remote write 1.0 (prompb/remote.proto, message WriteRequest). The whole request is read before anything of it is
 * stored, so that a broken one leaves nothing behind. Labels stay bytes: a known series needs no text.
 */
import { type Exemplar, Labels } from '../model/index.js';
import { copyDouble, type DecodedHistogram, decodeHistogram } from './decode-histogram.js';
import { FloatColumns } from './float-columns.js';
import { WireReader, wireBytes, wireFixed64, wireVarint } from './wire-reader.js';

export interface OwnedHistogram extends DecodedHistogram {
  readonly owner: number;
}

export interface OwnedExemplar {
  readonly owner: number;
  readonly exemplar: Exemplar;
}

export interface WriteRequest {
  readonly bytes: Uint8Array;
  readonly seriesCount: number;
  /** Where the label fields of series i begin and end: two offsets a series. Other fields may stand in between. */
  readonly labelRanges: Uint32Array;
  readonly floats: FloatColumns;
  /** In rising order of their series. */
  readonly histograms: readonly OwnedHistogram[];
  readonly exemplars: readonly OwnedExemplar[];
}

/** Throws `WireError`. */
export function decodeWriteRequest(bytes: Uint8Array): WriteRequest {
  const reader = new WireReader(bytes, { at: 0, end: bytes.length, message: 'WriteRequest' });
  const floats = new FloatColumns();
  const histograms: OwnedHistogram[] = [];
  const exemplars: OwnedExemplar[] = [];
  let labelRanges = new Uint32Array(512);
  let seriesCount = 0;
  while (reader.next()) {
    if (reader.field !== 1) {
      // Metadata of 1.0 is not stored, as upstream.
      reader.skip();
      continue;
    }
    reader.expect(wireBytes, 'Timeseries');
    if (seriesCount * 2 === labelRanges.length) {
      const wider = new Uint32Array(labelRanges.length * 2);
      wider.set(labelRanges);
      labelRanges = wider;
    }
    const series = reader.nested('TimeSeries');
    const owner = seriesCount++;
    const [labelsAt, labelsEnd] = readSeries(series, { owner, floats, histograms, exemplars });
    labelRanges[owner * 2] = labelsAt;
    labelRanges[owner * 2 + 1] = labelsEnd;
  }
  return { bytes, seriesCount, labelRanges, floats, histograms, exemplars };
}

interface SeriesTarget {
  readonly owner: number;
  readonly floats: FloatColumns;
  readonly histograms: OwnedHistogram[];
  readonly exemplars: OwnedExemplar[];
}

/** Where its label fields begin and end. */
function readSeries(series: WireReader, { owner, floats, histograms, exemplars }: SeriesTarget) {
  let labelsAt = 0;
  let labelsEnd = 0;
  for (let start = series.at; series.next(); start = series.at) {
    if (series.field === 1) {
      series.expect(wireBytes, 'Labels');
      series.skip();
      if (labelsEnd === 0) labelsAt = start;
      labelsEnd = series.at;
    } else if (series.field === 2) {
      series.expect(wireBytes, 'Samples');
      readSample(series, owner, floats);
    } else if (series.field === 3) {
      series.expect(wireBytes, 'Exemplars');
      exemplars.push({ owner, exemplar: readExemplar(series.nested('Exemplar')) });
    } else if (series.field === 4) {
      series.expect(wireBytes, 'Histograms');
      histograms.push({ owner, ...decodeHistogram(series.nested('Histogram')) });
    } else series.skip();
  }
  return [labelsAt, labelsEnd] as const;
}

/** What a series has beside floats; `bytes` is its message. Throws `WireError`. */
export function decodeBesideFloats(
  bytes: Uint8Array,
  owner: number,
  into: Pick<SeriesTarget, 'histograms' | 'exemplars'>,
): void {
  const reader = new WireReader(bytes, { at: 0, end: bytes.length, message: 'TimeSeries' });
  readSeries(reader, { owner, floats: new FloatColumns(4), ...into });
}

/** The same reader goes into the sample and out again: samples are most of a request. */
function readSample(reader: WireReader, owner: number, floats: FloatColumns): void {
  const length = reader.length();
  const outerEnd = reader.end;
  reader.end = reader.at + length;
  let valueAt = -1;
  let timestampMs = 0;
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(wireFixed64, 'Value');
      valueAt = reader.fixed64();
    } else if (reader.field === 2) {
      reader.expect(wireVarint, 'Timestamp');
      timestampMs = reader.int64();
    } else reader.skip();
  }
  reader.end = outerEnd;
  floats.add(owner, timestampMs, { bytes: reader.bytes, valueAt });
}

function readExemplar(reader: WireReader): Exemplar {
  const pairs: string[] = [];
  const value = new Float64Array(1);
  let timestampMs = 0;
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(wireBytes, 'Labels');
      pairs.push(...readPair(reader.nested('Label'), lenientDecoder()));
    } else if (reader.field === 2) {
      reader.expect(wireFixed64, 'Value');
      copyDouble(reader, value, 0);
    } else if (reader.field === 3) {
      reader.expect(wireVarint, 'Timestamp');
      timestampMs = reader.int64();
    } else reader.skip();
  }
  const labels = Labels.fromUnsortedPairs(pairs);
  return { labels, value: value[0] as number, timestampMs, hasTimestamp: true };
}

type TextReader = Pick<InstanceType<typeof TextDecoder>, 'decode'>;

const lenientDecoder = (): TextReader => new TextDecoder('utf-8', { ignoreBOM: true });

function readPair(reader: WireReader, decoder: TextReader): [string, string] {
  let name = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1 || reader.field === 2) {
      reader.expect(wireBytes, reader.field === 1 ? 'Name' : 'Value');
      const length = reader.length();
      const text = decoder.decode(reader.bytes.subarray(reader.at, reader.at + length));
      reader.at += length;
      if (reader.field === 1) name = text;
      else value = text;
    } else reader.skip();
  }
  return [name, value];
}

/**
 * The labels between two offsets, or undefined where upstream drops the series: no metric name, an invalid name, text
 * that is not UTF-8, or a name twice. Throws `WireError`.
 */
export function decodeLabels(bytes: Uint8Array, at: number, end: number): Labels | undefined {
  const reader = new WireReader(bytes, { at, end, message: 'TimeSeries' });
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
  const values = new Map<string, string>();
  let isSound = true;
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const label = reader.nested('Label');
    try {
      const [name, value] = readPair(label, decoder);
      if (name === '' || values.has(name)) isSound = false;
      values.set(name, value);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      isSound = false;
    }
  }
  if (!isSound || (values.get('__name__') ?? '') === '') return undefined;
  const labels = Labels.fromMap(values);
  return labels.isValid() ? labels : undefined;
}
