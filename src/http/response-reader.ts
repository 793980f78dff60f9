import type { RawResponse } from './dispatch-get.js';

const longestHead = 1024 * 1024;
const longestChunkLine = 4096;
const lineFeed = 0x0a;

/** What a response's bytes come to. */
export interface ResponseSink {
  onHead(response: RawResponse): void;
  onData(chunk: Uint8Array): void;
}

/** How the rest of a body is told: by a count, by chunks, or by the end of the connection. */
type Framing =
  | 'head'
  | 'counted'
  | 'chunk-size'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailer'
  | 'until-close'
  | 'done';

function malformed(message: string): Error {
  return Object.assign(new Error(message), { code: 'HPE_MALFORMED' });
}

interface Fields {
  connection?: string;
  location?: string;
  'content-type'?: string;
  'content-length'?: string;
  'content-encoding'?: string;
  'transfer-encoding'?: string;
}

/** Names of the fields that matter, by their lengths, all of which differ. */
const wantedFields: readonly (keyof Fields)[] = [
  'location',
  'connection',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
];
const fieldOfLength: readonly (keyof Fields | undefined)[] = Array.from({ length: 32 }, (_, length) =>
  wantedFields.find((name) => name.length === length),
);

/** The first of each name counts. */
function readFields(head: string, start: number): Fields {
  const fields: Fields = {};
  for (let at = start; at < head.length; ) {
    const feed = head.indexOf('\n', at);
    const end = feed < 0 ? head.length : feed;
    const colon = head.indexOf(':', at);
    if (colon <= at || colon >= end) throw malformed('Invalid header token');
    const name = fieldOfLength[colon - at];
    if (name !== undefined && fields[name] === undefined && head.slice(at, colon).toLowerCase() === name) {
      fields[name] = head.slice(colon + 1, end).trim();
    }
    at = end + 1;
  }
  return fields;
}

/** Reads one HTTP/1.1 response of a GET as its bytes come. Throws at the first fault. */
export class ResponseReader {
  readonly #sink: ResponseSink;
  #framing: Framing = 'head';
  /** What of the head, or of a chunk's line, has come so far. */
  #text = '';
  #left = 0;
  /** Whether the connection may carry another request once the response is done. */
  keepsAlive = false;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  get isDone(): boolean {
    return this.#framing === 'done';
  }

  /** Bytes behind the response's end make the connection useless. */
  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#framing) {
        case 'head':
          at = this.#readHead(chunk, at);
          break;
        case 'counted':
        case 'chunk-data': {
          const size = Math.min(this.#left, chunk.length - at);
          this.#sink.onData(chunk.subarray(at, at + size));
          at += size;
          this.#left -= size;
          if (this.#left === 0) this.#framing = this.#framing === 'counted' ? 'done' : 'chunk-end';
          break;
        }
        case 'until-close':
          this.#sink.onData(chunk.subarray(at));
          return;
        case 'done':
          this.keepsAlive = false;
          return;
        default:
          at = this.#readLine(chunk, at);
      }
    }
  }

  /** The connection ended. False when that cuts the response. */
  end(): boolean {
    if (this.#framing === 'until-close') this.#framing = 'done';
    return this.isDone;
  }

  #readHead(chunk: Buffer, at: number): number {
    const before = this.#text.length;
    const likely = chunk.indexOf('\r\n\r\n', at, 'latin1');
    this.#text += chunk.toString('latin1', at, likely < 0 ? chunk.length : likely + 4);
    // The end may be split between what came before and now.
    const found = /\r?\n\r?\n/g;
    found.lastIndex = Math.max(0, before - 3);
    const end = found.exec(this.#text);
    if (end === null) {
      if (this.#text.length > longestHead) {
        throw Object.assign(new Error('headers overflow'), { code: 'UND_ERR_HEADERS_OVERFLOW' });
      }
      return chunk.length;
    }
    const length = end.index + end[0].length;
    const head = this.#text.slice(0, end.index);
    this.#text = '';
    this.#takeHead(head);
    return at + length - before;
  }

  #takeHead(head: string): void {
    const status = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\n]*?))?\r?(?:\n|$)/.exec(head);
    if (status === null) throw malformed('Expected HTTP/');
    const fields = readFields(head, status[0].length);
    const code = Number(status[2]);
    // A provisional response: the real one follows.
    if (code < 200) return;
    const connection = (fields.connection ?? '').toLowerCase();
    this.keepsAlive = status[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive');
    this.#frame(code, (fields['transfer-encoding'] ?? '').toLowerCase(), fields['content-length']);
    this.#sink.onHead({
      status: code,
      statusText: `${code} ${status[3] ?? ''}`.trimEnd(),
      contentType: fields['content-type'] ?? '',
      contentEncoding: fields['content-encoding'] ?? '',
      location: fields.location ?? '',
    });
  }

  #frame(code: number, encoding: string, length: string | undefined): void {
    if (code === 204 || code === 304) {
      this.#framing = 'done';
    } else if (encoding !== '') {
      if (encoding !== 'chunked') throw malformed('Unsupported transfer encoding');
      if (length !== undefined) throw malformed("Content-Length can't be present with Transfer-Encoding");
      this.#framing = 'chunk-size';
    } else if (length !== undefined) {
      if (!/^\d{1,15}$/.test(length)) throw malformed('Invalid character in Content-Length');
      this.#left = Number(length);
      this.#framing = this.#left === 0 ? 'done' : 'counted';
    } else {
      this.keepsAlive = false;
      this.#framing = 'until-close';
    }
  }

  /** A line between chunks. */
  #readLine(chunk: Buffer, at: number): number {
    const feed = chunk.indexOf(lineFeed, at);
    const end = feed < 0 ? chunk.length : feed;
    this.#text += chunk.toString('latin1', at, Math.min(end, at + longestChunkLine));
    if (this.#text.length >= longestChunkLine) throw malformed('Invalid character in chunk size');
    if (feed < 0) return end;
    const line = this.#text.replace(/\r$/, '');
    this.#text = '';
    switch (this.#framing) {
      case 'chunk-size': {
        const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
        if (size === undefined) throw malformed('Invalid character in chunk size');
        this.#left = Number.parseInt(size, 16);
        this.#framing = this.#left === 0 ? 'trailer' : 'chunk-data';
        break;
      }
      case 'chunk-end':
        if (line !== '') throw malformed('Expected LF after chunk data');
        this.#framing = 'chunk-size';
        break;
      default:
        if (line === '') this.#framing = 'done';
    }
    return feed + 1;
  }
}
