// The order in which go-yaml writes map keys: letters after other characters, runs of digits by their value
// (sorter.go of go.yaml.in/yaml v2.4.4 and v3.0.5, which differ where a letter meets something else).

import type { YamlDialect } from './scan-state.ts';

/** Sorts keys in place. */
export function sortKeys(keys: string[], dialect: YamlDialect): string[] {
  return keys.sort((a, b) => compareKeys(a, b, dialect));
}

/** Negative when `a` is written before `b`. */
export function compareKeys(a: string, b: string, dialect: YamlDialect): number {
  if (a === b) return 0;
  const left = Array.from(a);
  const right = Array.from(b);
  const shorter = Math.min(left.length, right.length);
  let digits = false;
  for (let i = 0; i < shorter; i++) {
    const l = left[i] ?? '';
    const r = right[i] ?? '';
    if (l === r) {
      digits = isDigit(l);
      continue;
    }
    const leftLetter = isLetter(l);
    const rightLetter = isLetter(r);
    if (leftLetter && rightLetter) return codePoint(l) - codePoint(r);
    if (leftLetter || rightLetter) {
      const leftFirst = digits && dialect === 'v3' ? leftLetter : rightLetter;
      return leftFirst ? -1 : 1;
    }
    return compareNumbers(left, right, i);
  }
  return left.length - right.length;
}

function compareNumbers(left: readonly string[], right: readonly string[], at: number): number {
  const l = left[at] ?? '';
  const r = right[at] ?? '';
  let lead = 0n;
  if (l === '0' || r === '0') {
    for (let j = at - 1; j >= 0 && isDigit(left[j] ?? ''); j--) {
      if (left[j] === '0') continue;
      lead = 1n;
      break;
    }
  }
  const a = readNumber(left, at, lead);
  const b = readNumber(right, at, lead);
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.end - b.end || codePoint(l) - codePoint(r);
}

/** The digits from `at` on, in Go's 64-bit arithmetic. */
function readNumber(chars: readonly string[], at: number, lead: bigint): { value: bigint; end: number } {
  let value = lead;
  let end = at;
  for (; end < chars.length && isDigit(chars[end] ?? ''); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codePoint(chars[end] ?? '') - 0x30));
  }
  return { value, end };
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function isLetter(char: string): boolean {
  const c = char.charCodeAt(0);
  if (c < 0x80) return (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
  return /^\p{L}$/u.test(char);
}

function isDigit(char: string): boolean {
  const c = char.charCodeAt(0);
  return c < 0x80 ? c >= 0x30 && c <= 0x39 : /^\p{Nd}$/u.test(char);
}
