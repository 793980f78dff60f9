export { type ChunkEnd, encodeChunkEnds } from './chunk-ends.js';
export * from './decode-record.js';
export * from './exemplars.js';
export { readHistogram, writeHistogram } from './histogram-body.js';
export {
  type DecodedHistograms,
  encodeHistograms,
  encodeHistogramsV2,
  histogramRecordType,
} from './histograms.js';
export { encodeLatePlace, type LatePlace } from './late-place.js';
export * from './metadata.js';
export { encodeMmapMarkers, type MmapMarkerEntry } from './mmap-markers.js';
export * from './sample-rows.js';
export { encodeSamples, encodeSamplesV2, SampleColumns } from './samples.js';
export {
  encodeSeries,
  readLabels,
  readSeries,
  type SeriesEntry,
  seriesCopyOf,
  writeLabels,
} from './series.js';
export * from './tombstones.js';
