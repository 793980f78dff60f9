export { type DecodedYaml, decodeYaml } from './decode-yaml.js';
export type { Place } from './decoder.js';
export { labelName, labelSet, relabelRule } from './model-schemas.js';
export { maxDepth, maxDocumentBytes } from './parse-document.js';
export { formatBase2Bytes, parseBase2Bytes } from './parse-size.js';
export { type ConfigProblem, type ProblemKind, upstreamMessage } from './problem.js';
export { type RawScalar, type RawYaml, raw } from './raw.js';
export { bool, duration, float, int, size, string, uint, uint64 } from './scalars.js';
export {
  type Located,
  list,
  located,
  map,
  optional,
  printed,
  type Report,
  refine,
  type Schema,
  withDefault,
} from './schema.js';
export { type Fields, type StructOf, struct } from './struct.js';
export { writeYaml, type YamlValue } from './write-yaml.js';
