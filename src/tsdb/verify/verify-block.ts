import * as path from 'node:path';
import { decodeUtf8, errnoOf, readRegularFile } from '../../base/index.js';
import { type BlockMeta, isUlid, metaFileName, parseBlockMeta } from '../block/index.js';
import { decodeTombstones, noTombstones, type Tombstones } from '../tombstones/index.js';
import type { Survey } from './survey.js';
import { BlockChunks, type ToldChunk } from './verify-chunks.js';
import { type IndexFacts, verifyIndex } from './verify-index.js';

const chunksDirectory = 'chunks';
const tombstonesName = 'tombstones';
const knownNames: ReadonlySet<string> = new Set([metaFileName, 'index', chunksDirectory, tombstonesName]);

/** Every file of one block, and what they say of each other. Answers its meta.json where that can be read. */
export async function verifyBlock(survey: Survey, directory: string): Promise<BlockMeta | undefined> {
  survey.counts.blocks++;
  const meta = await checkMeta(survey, directory);
  const chunks = new BlockChunks(survey, path.join(directory, chunksDirectory));
  try {
    await chunks.open(survey.disk);
    const window = new WindowCheck(survey, directory, meta);
    const facts = await verifyIndex(survey, directory, (chunk) => {
      window.check(chunk);
      chunks.check(chunk);
    });
    chunks.checkUnnamed(facts.isWhole);
    const tombstones = await checkTombstones(survey, directory, facts);
    if (meta !== undefined) checkStats({ survey, directory, meta, chunks, facts, tombstones });
    survey.counts.series += facts.seriesCount;
    survey.counts.chunks += chunks.chunkCount;
    survey.counts.samples += chunks.floatSamples + chunks.histogramSamples;
  } finally {
    await chunks.close();
  }
  for (const { name } of await survey.list(directory)) {
    if (knownNames.has(name)) continue;
    const isLeftover = name.endsWith('.tmp');
    survey.findings.info(
      isLeftover ? 'leftover' : 'foreign',
      path.join(directory, name),
      'no file of a block',
    );
  }
  return meta;
}

async function readWhole(survey: Survey, target: string): Promise<Uint8Array> {
  const bytes = await readRegularFile(survey.disk, target);
  survey.countFile();
  survey.addBytes(bytes.length);
  return bytes;
}

async function checkMeta(survey: Survey, directory: string): Promise<BlockMeta | undefined> {
  const { findings } = survey;
  const target = path.join(directory, metaFileName);
  try {
    const bytes = await readWhole(survey, target);
    const text = decodeUtf8(bytes);
    const meta = parseBlockMeta(text, target);
    const name = path.basename(path.resolve(directory));
    const bad = (message: string): void => findings.damage('meta', { path: target }, message);
    if (!isUlid(meta.ulid)) bad(`"${meta.ulid}" is no ULID`);
    else if (isUlid(name) && meta.ulid !== name) bad(`the ulid "${meta.ulid}" is not the directory's`);
    if (!(meta.mintMs <= meta.endMs)) bad(`minTime ${meta.mintMs} is behind maxTime ${meta.endMs}`);
    if (meta.compaction.level < 1) bad(`compaction level ${meta.compaction.level}`);
    for (const source of meta.compaction.sources ?? [])
      if (!isUlid(source)) bad(`source "${source}" is no ULID`);
    for (const parent of meta.compaction.parents ?? []) {
      if (!isUlid(parent.ulid)) bad(`parent "${parent.ulid}" is no ULID`);
      if (!(parent.mintMs <= parent.endMs)) bad(`parent "${parent.ulid}" ends before it begins`);
    }
    if (meta.compaction.failed === true) {
      findings.add('warning', 'meta', { path: target }, 'a compaction of the block has failed');
    }
    return meta;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') findings.damage('meta', { path: target }, 'the block has no meta.json');
    else findings.failure(error, 'meta', target);
    return undefined;
  }
}

async function checkTombstones(survey: Survey, directory: string, facts: IndexFacts): Promise<Tombstones> {
  const target = path.join(directory, tombstonesName);
  try {
    const tombstones = decodeTombstones(await readWhole(survey, target), target);
    for (const [ref, intervals] of tombstones) {
      const place = { path: target };
      if (facts.isWhole && !facts.hasSeries(ref)) {
        survey.findings.damage('tombstones', place, `series ${ref} is not in the index`);
      }
      for (const { mintMs, maxtMs } of intervals) {
        if (mintMs > maxtMs)
          survey.findings.damage('tombstones', place, `a span from ${mintMs} to ${maxtMs}`);
      }
    }
    return tombstones;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') survey.findings.failure(error, 'tombstones', target);
    return noTombstones;
  }
}

/** Chunks must lie within the block's time. */
class WindowCheck {
  readonly #survey: Survey;
  readonly #path: string;
  readonly #meta: BlockMeta | undefined;

  constructor(survey: Survey, directory: string, meta: BlockMeta | undefined) {
    this.#survey = survey;
    this.#path = path.join(directory, metaFileName);
    this.#meta = meta;
  }

  check({ series, mintMs, maxtMs }: ToldChunk): void {
    const meta = this.#meta;
    if (meta === undefined || (mintMs >= meta.mintMs && maxtMs < meta.endMs)) return;
    const message = `a chunk of series ${series} from ${mintMs} to ${maxtMs}, the block from ${meta.mintMs} to ${meta.endMs}`;
    this.#survey.findings.damage('window', { path: this.#path }, message);
  }
}

/** The numbers of meta.json are compared where all that they count was read. */
function checkStats(options: {
  readonly survey: Survey;
  readonly directory: string;
  readonly meta: BlockMeta;
  readonly chunks: BlockChunks;
  readonly facts: IndexFacts;
  readonly tombstones: Tombstones;
}): void {
  const { survey, directory, meta, chunks, facts } = options;
  if (!facts.isWhole || !chunks.isComplete || chunks.hasAggregates) return;
  const { stats } = meta;
  const target = path.join(directory, metaFileName);
  const compare = (name: string, said: number | undefined, found: number): void => {
    if ((said ?? 0) === found) return;
    survey.findings.damage('stats', { path: target }, `${name} says ${said ?? 0}, the files have ${found}`);
  };
  compare('numSeries', stats.numSeries, facts.seriesCount);
  compare('numChunks', stats.numChunks, chunks.chunkCount);
  compare('numSamples', stats.numSamples, chunks.floatSamples + chunks.histogramSamples);
  // Before 2.48 the kinds were not counted apart.
  if (stats.numFloatSamples === undefined && stats.numHistogramSamples === undefined) return;
  compare('numFloatSamples', stats.numFloatSamples, chunks.floatSamples);
  compare('numHistogramSamples', stats.numHistogramSamples, chunks.histogramSamples);
}
