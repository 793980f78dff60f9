import { quoteGo } from '../base/index.js';
import {
  duration,
  float,
  int,
  optional,
  type Schema,
  type StructOf,
  size,
  string,
  struct,
} from '../yaml/index.js';

/** Source: config.go TSDBRetentionConfig. */
function retentionSchema() {
  return struct(
    { time: duration(), size: size(), percentage: float() },
    {
      typeName: 'config.plain',
      check(retention, report) {
        if (retention.size < 0) {
          const found = `${retention.size}B`;
          return report(`'storage.tsdb.retention.size' must be greater than or equal to 0, got ${found}`, {
            key: 'size',
          });
        }
        if (!(retention.percentage >= 0 && retention.percentage <= 100))
          report(
            `'storage.tsdb.retention.percentage' must be in the range [0, 100], got ${retention.percentage}`,
            { key: 'percentage' },
          );
      },
    },
  );
}

const floatEncodings: readonly string[] = ['', 'xor', 'xor2'];

/** Source: config.go TSDBConfig. */
function tsdbSchema() {
  const encoding = struct({ floats: string() }, { typeName: 'config.ChunkEncodingConfig' });
  return struct(
    {
      out_of_order_time_window: duration(),
      stale_series_compaction_threshold: float(),
      chunk_encoding: encoding,
      retention: optional(retentionSchema()),
    },
    {
      typeName: 'config.plain',
      check({ chunkEncoding }, report) {
        if (floatEncodings.includes(chunkEncoding.floats)) return;
        report(
          `'storage.tsdb.chunk_encoding.floats' must be 'xor' or 'xor2', or the field must be omitted entirely, got ${quoteGo(chunkEncoding.floats)}`,
          { key: 'chunk_encoding' },
        );
      },
    },
  );
}

function fields() {
  return {
    tsdb: optional(tsdbSchema()),
    exemplars: optional(struct({ max_exemplars: int() }, { typeName: 'config.ExemplarsConfig' })),
  };
}

/** The block `storage`, as it is written: durations in ms, sizes in bytes. */
export type StorageOptions = StructOf<ReturnType<typeof fields>>;

export function storageSchema(): Schema<StorageOptions> {
  return struct(fields(), { typeName: 'config.StorageConfig' });
}
