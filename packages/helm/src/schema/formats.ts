// The formats that JSON Schema drafts up to 7 assert, with the reasons that the library behind Helm gives
// (github.com/santhosh-tekuri/jsonschema v6, format.go).

import { quote } from '@evenkeel/gotemplate';
import { RE2JS } from 're2js';

import { runesOf } from '../go-text.ts';
import type { Value } from '../values/table.ts';

/** Why a value is not of a format; undefined when it is, or when the format is unknown or not about its type. */
export function formatProblem(format: string, value: Value): string | undefined {
  return typeof value === 'string' ? FORMATS.get(format)?.(value) : undefined;
}

type Check = (text: string) => string | undefined;

const FORMATS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['regex', regexProblem],
  ['uuid', uuidProblem],
  ['ipv4', ipv4Problem],
  ['ipv6', ipv6Problem],
  ['hostname', hostnameProblem],
  ['email', emailProblem],
  ['date', dateProblem],
  ['time', timeProblem],
  ['date-time', dateTimeProblem],
  ['duration', durationProblem],
  ['uri', uriProblem],
  ['iri', uriProblem],
  ['uri-reference', uriReferenceProblem],
  ['iri-reference', uriReferenceProblem],
  ['json-pointer', jsonPointerProblem],
]);

/** What is wrong with a regular expression, in the words of Go; undefined where nothing is. */
export function regexProblem(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'invalid regular expression';
  }
}

function uuidProblem(text: string): string | undefined {
  const lengths = [8, 4, 4, 4, 12];
  const groups = text.split('-');
  if (groups.length !== lengths.length) return 'must have 5 elements';
  for (const [index, group] of groups.entries()) {
    if (group.length !== lengths[index]) return `element ${index + 1} must be ${lengths[index]} characters long`;
    const wrong = /[^0-9a-fA-F]/u.exec(group);
    if (wrong !== null) return `non-hex character ${runeQuote(wrong[0])}`;
  }
  return undefined;
}

function ipv4Problem(text: string): string | undefined {
  const groups = text.split('.');
  if (groups.length !== 4) return 'expected four decimals';
  for (const group of groups) {
    if (group.length > 1 && group.startsWith('0')) return 'leading zeros';
    if (!/^[+-]?[0-9]+$/.test(group)) return `strconv.Atoi: parsing ${quote(group)}: invalid syntax`;
    if (Number(group) < 0 || Number(group) > 255) return 'decimal must be between 0 and 255';
  }
  return undefined;
}

function ipv6Problem(text: string): string | undefined {
  if (!text.includes(':')) return 'missing colon';
  if (text.includes('%')) return 'zone id is not a part of ipv6 address';
  let body = text;
  const tail = /(?:^|:)((?:[0-9]+\.){3}[0-9]+)$/.exec(text);
  if (tail?.[1] !== undefined) {
    if (ipv4Problem(tail[1]) !== undefined) return unparsableAddress(text);
    body = `${text.slice(0, text.length - tail[1].length)}0:0`;
  }
  const halves = body.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const wellFormed = groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group));
  const complete = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8;
  return wellFormed && complete ? undefined : unparsableAddress(text);
}

function unparsableAddress(text: string): string {
  return `ParseAddr(${quote(text)}): unable to parse IP`;
}

function hostnameProblem(text: string): string | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length > 253) return 'more than 253 characters long';
  for (const label of name.split('.')) {
    if (label.length < 1 || label.length > 63) return 'label must be 1 to 63 characters long';
    if (label.startsWith('-')) return 'label starts with hyphen';
    if (label.endsWith('-')) return 'label ends with hyphen';
    const wrong = /[^a-zA-Z0-9-]/u.exec(label);
    if (wrong !== null) return `invalid character ${runeQuote(wrong[0])}`;
  }
  return undefined;
}

function emailProblem(text: string): string | undefined {
  if (text.length > 254) return 'more than 255 characters long';
  const at = text.lastIndexOf('@');
  if (at < 0) return 'missing @';
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (local.length > 64) return 'local part more than 64 characters long';
  if (/^".*"$/s.test(local) && local.length > 1) {
    if (/[\\"]/.test(local.slice(1, -1))) return 'backslash and quote are not allowed within quoted local part';
  } else {
    if (local.startsWith('.')) return 'starts with dot';
    if (local.endsWith('.')) return 'ends with dot';
    if (local.includes('..')) return 'consecutive dots';
    const wrong = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/u.exec(local);
    if (wrong !== null) return `invalid character ${runeQuote(wrong[0])}`;
  }
  const problem = hostnameProblem(domain);
  return problem === undefined ? undefined : `invalid domain: ${problem}`;
}

function dateProblem(text: string): string | undefined {
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  const parsed = (reason: string): string => `parsing time ${quote(text)}${reason}`;
  if (parts === null) return parsed(` as "2006-01-02": cannot parse ${quote(text)} as "2006"`);
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (month < 1 || month > 12) return parsed(': month out of range');
  const days = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (day < 1 || day > (month === 2 && !leap ? 28 : days)) return parsed(': day out of range');
  return undefined;
}

function timeProblem(text: string): string | undefined {
  if (text.length < 9) return 'less than 9 characters long';
  if (text[2] !== ':' || text[5] !== ':') return 'missing colon in correct place';
  const parts = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.*)$/s.exec(text);
  if (parts === null) return 'invalid hour/min/sec';
  const [hour, minute, second] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (hour > 23 || minute > 59 || second > 60) return 'hour/min/sec out of range';
  const fraction = /^\.([0-9]*)/.exec(parts[4] ?? '');
  if (fraction?.[1] === '') return 'no digits in second fraction';
  const offset = (parts[4] ?? '').slice(fraction?.[0].length ?? 0);
  let minutes = hour * 60 + minute;
  if (offset !== 'z' && offset !== 'Z') {
    if (offset.length !== 6) return 'offset must be 6 characters long';
    if (!/^[+-]/.test(offset)) return 'offset must begin with plus/minus';
    if (offset[3] !== ':') return 'missing colon in offset in correct place';
    if (!/^.[0-9]{2}:[0-9]{2}$/.test(offset)) return 'invalid hour/min in offset';
    const [hours, rest] = [Number(offset.slice(1, 3)), Number(offset.slice(4))];
    if (hours > 23 || rest > 59) return 'hour/min in offset out of range';
    minutes += (offset.startsWith('+') ? -1 : 1) * (hours * 60 + rest);
    if (minutes < 0) minutes += 24 * 60;
  }
  return second >= 60 && minutes !== 23 * 60 + 59 ? 'invalid leap second' : undefined;
}

function dateTimeProblem(text: string): string | undefined {
  if (text.length < 20) return 'less than 20 characters long';
  if (text[10] !== 't' && text[10] !== 'T') return '11th character must be t or T';
  const date = dateProblem(text.slice(0, 10));
  if (date !== undefined) return `invalid date element: ${date}`;
  const time = timeProblem(text.slice(11));
  return time === undefined ? undefined : `invalid time element: ${time}`;
}

function durationProblem(text: string): string | undefined {
  if (!text.startsWith('P')) return 'must start with P';
  if (text === 'P') return 'nothing after P';
  if (text.endsWith('W')) {
    if (text === 'PW') return 'no number in week';
    return /^P[0-9]+W$/.test(text) ? undefined : 'invalid week';
  }
  const parts = text.slice(1).split('T');
  if (parts.length > 2) return 'more than one T';
  if (parts[1] === '') return 'no time elements';
  if (/^(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?$/.test(parts[0] ?? '')) {
    if (/^(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?$/.test(parts[1] ?? '')) return undefined;
  }
  return /[A-Z][A-Z]|^[A-Z]/.test(parts[0] ?? '') ? 'missing number' : 'missing unit';
}

function uriProblem(text: string): string | undefined {
  return uriReferenceProblem(text) ?? (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) ? undefined : 'relative url');
}

function uriReferenceProblem(text: string): string | undefined {
  if (text.includes('\\')) return 'contains \\';
  const control = runesOf(text).some((rune) => rune < ' ' || rune === '\u007f');
  if (control) return `parse ${quote(text)}: net/url: invalid control character in URL`;
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  if (escape !== null) return `parse ${quote(text)}: invalid URL escape ${quote(escape[0])}`;
  return text.startsWith(':') ? `parse ${quote(text)}: missing protocol scheme` : undefined;
}

function jsonPointerProblem(text: string): string | undefined {
  if (text === '') return undefined;
  if (!text.startsWith('/')) return 'not starting with /';
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : undefined;
}

function runeQuote(rune: string): string {
  return `'${quote(rune).slice(1, -1)}'`;
}
