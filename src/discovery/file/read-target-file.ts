import path from 'node:path';
import { decodeUtf8, messageOf } from '../../base/index.js';
import { type Labels, LabelsBuilder } from '../../model/index.js';
import { decodeYaml, list, upstreamMessage } from '../../yaml/index.js';
import { toTargetGroup, writtenGroup } from '../options.js';
import type { TargetGroup } from '../target-group.js';

export type TargetFile = { readonly groups: readonly TargetGroup[] } | { readonly error: string };

/** The groups of a JSON or YAML file of targets, each with `__meta_filepath`. */
export function readTargetFile(file: string, bytes: Uint8Array): TargetFile {
  const text = decodeUtf8(bytes);
  if (path.extname(file).toLowerCase() === '.json') {
    const problem = jsonProblem(text);
    if (problem !== undefined) return { error: problem };
  }
  // JSON that parses is YAML that means the same.
  const decoded = decodeYaml(text, list(writtenGroup()), file);
  const problem = upstreamMessage(decoded.problems);
  if (problem !== undefined) return { error: problem };
  const groups: TargetGroup[] = [];
  for (const [i, written] of (decoded.value ?? []).entries()) {
    if (written === undefined) return { error: 'nil target group item found' };
    groups.push(withFilePath(toTargetGroup(written, `${file}:${i}`), file));
  }
  return { groups };
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function withFilePath(group: TargetGroup, file: string): TargetGroup {
  const labels: Labels = new LabelsBuilder(group.labels).set('__meta_filepath', file).labels();
  return { ...group, labels };
}
