// As much DER as certificates need: writing, and finding the parts of a certificate.

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest & 255);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
export const octets = (body: Uint8Array): Buffer => tlv(0x04, body);
export const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));
export const bits = (body: Uint8Array, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), body);

/** A non-negative INTEGER from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const body = Buffer.from(bytes.subarray(start));
  return (body[0] ?? 0) >= 0x80 ? tlv(0x02, Buffer.from([0]), body) : tlv(0x02, body);
}

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes: number[] = [];
  for (const part of [first * 40 + second, ...rest]) {
    const group = [part & 127];
    for (let left = part >>> 7; left > 0; left >>>= 7) group.unshift((left & 127) | 128);
    bytes.push(...group);
  }
  return tlv(0x06, Buffer.from(bytes));
}

/** UTCTime up to 2049, GeneralizedTime after. */
export function time(unixSeconds: number): Buffer {
  const text = new Date(unixSeconds * 1000).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const year = Number(text.slice(0, 4));
  return year < 2050 && year >= 1950 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}

/** One element and where it ends. */
export interface Element {
  readonly tag: number;
  /** Tag, length and content. */
  readonly whole: Buffer;
  readonly content: Buffer;
}

/** The elements directly inside a constructed one. */
export function children(content: Buffer): readonly Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < content.length) {
    const tag = content[at] ?? 0;
    let length = content[at + 1] ?? 0;
    let header = 2;
    if (length >= 0x80) {
      const count = length & 127;
      length = content.subarray(at + 2, at + 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
      header = 2 + count;
    }
    const end = at + header + length;
    if (end > content.length) throw new RangeError('truncated DER');
    elements.push({ tag, whole: content.subarray(at, end), content: content.subarray(at + header, end) });
    at = end;
  }
  return elements;
}
