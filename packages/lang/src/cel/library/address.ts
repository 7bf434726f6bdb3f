// IP addresses and networks as Go's net/netip reads and prints them (Go 1.26).

/** An address: 4 or 16 bytes. */
export interface IpAddress {
  readonly bytes: Uint8Array;
  readonly zone: string;
}

/** A network: an address (with its host bits) and the length of the prefix. */
export interface IpPrefix {
  readonly address: IpAddress;
  readonly bits: number;
}

class Refused extends Error {}

function refuse(text: string, message: string, at = ''): never {
  const where = at === '' ? '' : ` (at ${JSON.stringify(at)})`;
  throw new Refused(`ParseAddr(${JSON.stringify(text)}): ${message}${where}`);
}

function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

/** Reads an address; a text says why it is none. */
export function parseAddress(text: string): IpAddress | string {
  return attempt(() => readAddress(text));
}

/** Reads "10.0.0.0/8"; a text says why it is no network. */
export function parsePrefix(text: string): IpPrefix | string {
  const bad = (message: string): string => `netip.ParsePrefix(${JSON.stringify(text)}): ${message}`;
  const slash = text.lastIndexOf('/');
  if (slash < 0) return bad("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if (typeof address === 'string') return bad(address);
  if (address.zone !== '') return bad('IPv6 zones cannot be present in a prefix');
  const length = text.slice(slash + 1);
  if (!/^(\d|[1-9]\d*)$/.test(length)) return bad(`bad bits after slash: ${JSON.stringify(length)}`);
  if (Number(length) > address.bytes.length * 8) return bad('prefix length out of range');
  return { address, bits: Number(length) };
}

function readAddress(text: string): IpAddress {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === '.') return { bytes: Uint8Array.from(fields(text, text)), zone: '' };
  if (first === ':') return readV6(text);
  return refuse(text, first === '%' ? 'missing IPv6 address' : 'unable to parse IP');
}

function fields(text: string, part: string): readonly number[] {
  const values: number[] = [];
  let value = 0;
  let digits = 0;
  for (let index = 0; index < part.length; index++) {
    const char = part[index] ?? '';
    if (/\d/.test(char)) {
      if (digits === 1 && value === 0) refuse(text, 'IPv4 field has octet with leading zero');
      value = value * 10 + Number(char);
      digits++;
      if (value > 255) refuse(text, 'IPv4 field has value >255');
    } else if (char === '.') {
      if (index === 0 || index === part.length - 1 || part[index - 1] === '.')
        refuse(text, 'IPv4 field must have at least one digit', part.slice(index));
      if (values.length === 3) refuse(text, 'IPv4 address too long');
      values.push(value);
      value = 0;
      digits = 0;
    } else refuse(text, 'unexpected character', part.slice(index));
  }
  if (values.length < 3) refuse(text, 'IPv4 address too short');
  return [...values, value];
}

function readV6(text: string): IpAddress {
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  if (percent >= 0 && zone === '') refuse(text, 'zone must be a non-empty string');
  let rest = percent < 0 ? text : text.slice(0, percent);
  const bytes: number[] = [];
  let gap = -1;
  if (rest.startsWith('::')) {
    gap = 0;
    rest = rest.slice(2);
    if (rest === '') return { bytes: new Uint8Array(16), zone };
  }
  while (bytes.length < 16) {
    const group = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? '';
    if (group.length > 4) refuse(text, 'each group must have 4 or less digits', rest);
    if (group === '') refuse(text, 'each colon-separated field must have at least one digit', rest);
    if (rest[group.length] === '.') {
      if (gap < 0 && bytes.length !== 12)
        refuse(text, 'embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (bytes.length + 4 > 16)
        refuse(text, 'too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      bytes.push(...fields(text, rest));
      rest = '';
      break;
    }
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 0xff);
    rest = rest.slice(group.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) refuse(text, 'unexpected character, want colon', rest);
    if (rest.length === 1) refuse(text, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest.startsWith(':')) {
      if (gap >= 0) refuse(text, 'multiple :: in address', rest);
      gap = bytes.length;
      rest = rest.slice(1);
      if (rest === '') break;
    }
  }
  return { bytes: filled(text, { bytes, gap, rest }), zone };
}

function filled(
  text: string,
  { bytes, gap, rest }: { readonly bytes: readonly number[]; readonly gap: number; readonly rest: string },
): Uint8Array {
  if (rest !== '') refuse(text, 'trailing garbage after address', rest);
  if (bytes.length < 16 && gap < 0) refuse(text, 'address string too short');
  if (bytes.length === 16 && gap >= 0) refuse(text, 'the :: must expand to at least one field of zeros');
  if (bytes.length === 16) return Uint8Array.from(bytes);
  const zeroes = Array.from({ length: 16 - bytes.length }, () => 0);
  return Uint8Array.from([...bytes.slice(0, gap), ...zeroes, ...bytes.slice(gap)]);
}

/** The canonical text of an address. */
export function addressText({ bytes, zone }: IpAddress): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  const suffix = zone === '' ? '' : `%${zone}`;
  if (best.start < 0) return hex.join(':') + suffix;
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}${suffix}`;
}

/** True for ::ffff:1.2.3.4. */
export function isMapped({ bytes }: IpAddress): boolean {
  return (
    bytes.length === 16 && bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  );
}

/** The address with all bits after the prefix zero. */
export function maskedAddress({ bytes, zone }: IpAddress, bits: number): IpAddress {
  const kept = bytes.map((byte, index) => {
    const left = Math.min(8, Math.max(0, bits - index * 8));
    return byte & (0xff << (8 - left)) & 0xff;
  });
  return { bytes: kept, zone };
}

export function sameAddress(a: IpAddress, b: IpAddress): boolean {
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, index) => byte === b.bytes[index]);
}

/** True where the address is in the network. */
export function prefixContains({ address, bits }: IpPrefix, other: IpAddress): boolean {
  return sameAddress(maskedAddress(address, bits), maskedAddress(other, bits));
}
