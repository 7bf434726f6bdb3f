// The text or bytes a string literal stands for.

/** Reads a literal with its quotes and prefix; undefined where an escape names no character. */
export function unescapeText(literal: string): string | undefined {
  const { body, raw } = unquoted(literal);
  if (raw || !body.includes('\\')) return body;
  let text = '';
  for (const { code, plain } of escapes(body)) {
    if (plain !== undefined) text += plain;
    else if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    else text += String.fromCodePoint(code);
  }
  return text;
}

/** Reads a literal of bytes, whose prefix b is already gone: \x and octal escapes are bytes; \u is not allowed. */
export function unescapeBytes(literal: string): Uint8Array | undefined {
  const { body, raw } = unquoted(literal);
  const encoder = new TextEncoder();
  if (raw || !body.includes('\\')) return encoder.encode(body);
  const bytes: number[] = [];
  for (const { code, plain, unicode } of escapes(body)) {
    if (unicode) return undefined;
    if (plain === undefined) bytes.push(code & 0xff);
    else bytes.push(...encoder.encode(plain));
  }
  return Uint8Array.from(bytes);
}

function unquoted(literal: string): { readonly body: string; readonly raw: boolean } {
  const raw = /^[rR]/.test(literal);
  const quoted = (raw ? literal.slice(1) : literal).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const long = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''"));
  return { body: long ? quoted.slice(3, -3) : quoted.slice(1, -1), raw };
}

interface Piece {
  readonly code: number;
  /** Text that stands for itself. */
  readonly plain: string | undefined;
  readonly unicode: boolean;
}

const named: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function* escapes(body: string): Generator<Piece> {
  const pattern =
    /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))|[^\\]+/gu;
  for (const match of body.matchAll(pattern)) {
    const [whole, x, bigX, u, bigU, octal, char] = match;
    const hex = x ?? bigX ?? u ?? bigU;
    if (hex !== undefined)
      yield { code: Number.parseInt(hex, 16), plain: undefined, unicode: (u ?? bigU) !== undefined };
    else if (octal !== undefined) yield { code: Number.parseInt(octal, 8), plain: undefined, unicode: false };
    else yield { code: 0, plain: char === undefined ? whole : (named[char] ?? char), unicode: false };
  }
}
