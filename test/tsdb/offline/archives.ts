/** Archives as other programs write them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface ArchivedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All files below a directory, `prefix` before their names. */
export function filesBelow(directory: string, prefix = ''): ArchivedFile[] {
  const files: ArchivedFile[] = [];
  for (const name of readdirSync(directory).sort()) {
    const target = path.join(directory, name);
    if (statSync(target).isDirectory()) files.push(...filesBelow(target, `${prefix}${name}/`));
    else files.push({ name: prefix + name, bytes: readFileSync(target) });
  }
  return files;
}

export function tarEntry(name: string, bytes: Uint8Array, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name.slice(0, 100), 0);
  header.write('0000644\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** Long names stand in an entry before, GNU's or POSIX' by turns. */
export function tar(files: readonly ArchivedFile[]): Buffer {
  const parts: Buffer[] = [];
  files.forEach(({ name, bytes }, i) => {
    if (name.length > 100 && i % 2 === 0)
      parts.push(tarEntry('././@LongLink', Buffer.from(`${name}\0`), 'L'));
    else if (name.length > 100) {
      const record = ` path=${name}\n`;
      const digits = String(record.length + 3).length;
      parts.push(tarEntry('pax', Buffer.from(`${record.length + digits}${record}`), 'x'));
    }
    parts.push(tarEntry(name, bytes));
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

export function tarGz(files: readonly ArchivedFile[]): Buffer {
  return gzipSync(tar(files));
}

export function zip(files: readonly ArchivedFile[], comment = ''): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  files.forEach(({ name, bytes }, i) => {
    const method = i % 3 === 0 ? 0 : 8;
    const packed = method === 0 ? bytes : deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    list.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, place, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  });
  const entries = Buffer.concat(list);
  const end = Buffer.alloc(22 + comment.length);
  end.write('PK\x05\x06');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  end.write(comment, 22);
  return Buffer.concat([...parts, entries, end]);
}
