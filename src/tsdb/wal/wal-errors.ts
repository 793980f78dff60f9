import { errnoOf, messageOf, UserError } from '../../base/index.js';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Why a commit was rejected: nothing of it is in the log or will be seen. */
export function walWriteError(file: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const errno = errnoOf(error);
  if (errno !== undefined && fullCodes.has(errno)) {
    const why = errno === 'ENOSPC' ? 'no space left on device' : messageOf(error);
    return new UserError({
      code: 'disk-full',
      message: `write to WAL: write "${file}": ${why}`,
      suggestions: [
        'Free space on the disk of the data directory; writes are accepted again without a restart.',
      ],
      cause: error,
    });
  }
  return new UserError({
    code: 'wal-write-failed',
    message: `write to WAL: write "${file}": ${messageOf(error)}`,
    suggestions: ['Check the disk of the data directory and the system log.'],
    cause: error,
  });
}

export function walOverloadError(queuedBytes: number): UserError {
  return new UserError({
    code: 'wal-overloaded',
    message: `write to WAL: ${queuedBytes} bytes wait to be written already`,
    suggestions: ['Send less, or use a faster disk.'],
  });
}
