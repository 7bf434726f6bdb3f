// The order of keys in printed maps: letters after other characters, runs of digits by their value
// (go.yaml.in/yaml v2 sorter.go). Only for ASCII and numbers of ordinary size; the emitter knows the rest.

const LETTERS = /^[A-Za-z]*$/;
const ORDINARY = /^[!-~]*$/;
const LONG_NUMBER = /\d{15}/;

/** Sorts in place; undefined where a key is out of the ordinary. */
export function sortKeysLikeGo(keys: string[]): string[] | undefined {
  if (keys.length < 2) return keys;
  if (keys.every((key) => LETTERS.test(key))) return keys.sort();
  if (!keys.every((key) => ORDINARY.test(key) && !LONG_NUMBER.test(key))) return undefined;
  return keys.sort(compare);
}

function compare(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    const aLetter = isLetter(a);
    const bLetter = isLetter(b);
    if (aLetter && bLetter) return a - b;
    if (aLetter || bLetter) return bLetter ? -1 : 1;
    return compareNumbers(left, right, at);
  }
  return left.length - right.length;
}

function isLetter(c: number): boolean {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a);
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** A zero counts as a digit of the number before it, so that 10 follows 9 and 1. */
function compareNumbers(left: string, right: string, at: number): number {
  const l = left.charCodeAt(at);
  const r = right.charCodeAt(at);
  let lead = 0;
  if (l === 0x30 || r === 0x30) {
    for (let before = at - 1; before >= 0 && isDigit(left.charCodeAt(before)); before -= 1) {
      if (left.charCodeAt(before) === 0x30) continue;
      lead = 1;
      break;
    }
  }
  const a = numberAt(left, at, lead);
  const b = numberAt(right, at, lead);
  return a.value - b.value || a.end - b.end || l - r;
}

function numberAt(text: string, at: number, lead: number): { readonly value: number; readonly end: number } {
  let value = lead;
  let end = at;
  for (; end < text.length && isDigit(text.charCodeAt(end)); end += 1) value = value * 10 + text.charCodeAt(end) - 0x30;
  return { value, end };
}
