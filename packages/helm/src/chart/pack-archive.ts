// Packs files into a chart archive (.tgz).

import { gzipSync } from 'fflate';

const encoder = new TextEncoder();

/** A gzipped tar archive. */
export function packArchive(
  files: readonly { readonly name: string; readonly data: string | Uint8Array }[],
): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { name, data } of files) {
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    const shown = encoder.encode(name);
    // Names that do not fit the header stand in an entry of their own before it (GNU's way).
    if (shown.length > 100) blocks.push(...tarEntry('././@LongLink', 'L', shown));
    blocks.push(...tarEntry(name, '0', bytes));
  }
  blocks.push(new Uint8Array(1024));
  const size = blocks.reduce((total, block) => total + block.length, 0);
  const tar = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    tar.set(block, at);
    at += block.length;
  }
  return gzipSync(tar, { mtime: 0 });
}

function tarEntry(name: string, type: string, content: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const header = new Uint8Array(512);
  const put = (text: string, at: number, size = 100): void => {
    header.set(encoder.encode(text).subarray(0, size), at);
  };
  put(name, 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put('        ', 148);
  put(type, 156);
  put('ustar\0', 257);
  put('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padded = new Uint8Array(Math.ceil(content.length / 512) * 512);
  padded.set(content);
  return [header, padded];
}
