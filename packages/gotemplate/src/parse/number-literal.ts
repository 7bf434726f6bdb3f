// Numbers in templates: Go's ideal constants, held under every type that can represent them.

import { parseFloat64, parseInt64, parseUint64 } from '../value/go-number.ts';
import { quote, unquoteChar } from '../value/quote.ts';
import type { NumberNode } from './nodes.ts';

type NumberFields = Pick<NumberNode, 'text' | 'int' | 'uint' | 'float' | 'complex'>;

/** parse.newNumber. A string is the error text. */
export function parseNumber(text: string, kind: 'charConstant' | 'complex' | 'number'): NumberFields | string {
  if (kind === 'charConstant') return charConstant(text);
  if (kind === 'complex') return complexConstant(text);
  if (text.endsWith('i')) {
    const im = attempt(() => parseFloat64(text.slice(0, -1)));
    if (im !== undefined) return fromComplex(text, { re: 0, im });
  }
  let uint = attempt(() => parseUint64(text, 0));
  const int = attempt(() => parseInt64(text, 0));
  if (int === 0n) uint ??= 0n;
  if (int !== undefined) return { text, int, uint, float: Number(int), complex: undefined };
  if (uint !== undefined) return { text, int, uint, float: Number(uint), complex: undefined };
  const float = attempt(() => parseFloat64(text));
  if (float === undefined) return `illegal number syntax: ${quote(text)}`;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`;
  return { text, ...integersOf(float), float, complex: undefined };
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function integersOf(float: number): { readonly int: bigint | undefined; readonly uint: bigint | undefined } {
  if (!Number.isInteger(float)) return { int: undefined, uint: undefined };
  return {
    int: float >= -(2 ** 63) && float < 2 ** 63 ? BigInt(float) : undefined,
    uint: float >= 0 && float < 2 ** 64 ? BigInt(float) : undefined,
  };
}

function charConstant(text: string): NumberFields | string {
  const char = unquoteChar(text, 1, "'");
  if (char === undefined) return 'invalid syntax';
  if (text.slice(char.next) !== "'") return `malformed character constant: ${text}`;
  return { text, int: BigInt(char.code), uint: BigInt(char.code), float: char.code, complex: undefined };
}

function complexConstant(text: string): NumberFields | string {
  const match = /^([+-]?(?:0[xX][0-9a-fA-F_.]*(?:[pP][+-]?[0-9_]+)?|[0-9_.]+(?:[eE][+-]?[0-9_]+)?))([+-].+)i$/.exec(
    text,
  );
  const re = match === null ? undefined : attempt(() => parseFloat64(match[1] ?? ''));
  const im = match === null ? undefined : attempt(() => parseFloat64(match[2] ?? ''));
  if (re === undefined || im === undefined) return 'syntax error scanning complex number';
  return fromComplex(text, { re, im });
}

function fromComplex(text: string, complex: { readonly re: number; readonly im: number }): NumberFields {
  if (complex.im !== 0) return { text, int: undefined, uint: undefined, float: undefined, complex };
  return { text, ...integersOf(complex.re), float: complex.re, complex };
}
