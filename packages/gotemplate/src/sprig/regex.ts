// sprig's regular expressions (sprig v3.3.0 regex.go) over RE2 in linear time, with Go's rules for empty matches and `$1`.

import { RE2JS } from 're2js';
import { bool, int, str, strings } from '../exec/codecs.ts';
import { isExhaustion } from '../exec/exhaustion.ts';
import type { Call } from '../exec/call.ts';
import { type Codec, GoError, type GoFunction, fn } from '../exec/function.ts';
import { canBackquote, quote } from '../value/quote.ts';
import { stringSliceType } from '../value/go-type.ts';
import { nilSlice } from '../value/value.ts';

const compiled = new Map<string, RE2JS | string>();
const cacheSize = 500;

/** The pattern, or Go's error text. */
function compile(pattern: string): RE2JS | string {
  let result = compiled.get(pattern);
  if (result === undefined) {
    try {
      result = RE2JS.compile(pattern);
    } catch (error) {
      if (isExhaustion(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      result = message.endsWith('trailing backslash at end of expression') ? `${message}: \`\`` : message;
    }
    if (compiled.size >= cacheSize) compiled.clear();
    compiled.set(pattern, result);
  }
  return result;
}

/** regexp.Compile. */
function strict(pattern: string): RE2JS {
  const result = compile(pattern);
  if (typeof result === 'string') throw new GoError(result);
  return result;
}

/** regexp.MustCompile, whose panic quotes the pattern. */
function panicking(pattern: string): RE2JS {
  const result = compile(pattern);
  if (typeof result !== 'string') return result;
  const shown = canBackquote(pattern) ? `\`${pattern}\`` : quote(pattern);
  throw new GoError(`regexp: Compile(${shown}): ${result}`);
}

type Compile = (pattern: string) => RE2JS;

interface Match {
  readonly start: number;
  readonly end: number;
  /** Text of group n, undefined where it did not take part. */
  group(n: number): string | undefined;
  named(name: string): string | undefined;
}

/** Go's allMatches: an empty match directly after another match does not count. */
function* matches(regex: RE2JS, text: string, limit: number): Generator<Match> {
  const matcher = regex.matcher(text);
  const names: Readonly<Record<string, number>> = regex.namedGroups();
  let position = 0;
  let previousEnd = -1;
  let count = 0;
  while ((limit < 0 || count < limit) && position <= text.length) {
    if (!matcher.find(position)) return;
    const start = matcher.start();
    const end = matcher.end();
    const accept = !(end === start && start === previousEnd);
    position = end > position ? end : position + ((text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1);
    previousEnd = end;
    if (!accept) continue;
    count++;
    const group = (n: number): string | undefined =>
      n <= matcher.groupCount() ? (matcher.group(n) ?? undefined) : undefined;
    yield { start, end, group, named: (name) => (Object.hasOwn(names, name) ? group(names[name] ?? 0) : undefined) };
  }
}

/** Linear time is still time: each character counts against the step limit. */
function charged(text: string, call: Call): string {
  call.step(4 * text.length);
  return text;
}

function findAll(regex: RE2JS, text: string, limit: number): string[] {
  return Array.from(matches(regex, text, limit), (match) => text.slice(match.start, match.end));
}

interface Subject {
  readonly regex: RE2JS;
  readonly text: string;
  readonly call: Call;
}

function replaced(subject: Subject, by: (match: Match) => string): string {
  const { regex, call } = subject;
  const text = charged(subject.text, call);
  let out = '';
  let last = 0;
  for (const match of matches(regex, text, -1)) {
    out += text.slice(last, match.start) + by(match);
    call.reserve(out.length);
    last = match.end;
  }
  return out + text.slice(last);
}

/** Regexp.Expand: $1, ${1}, $name, ${name}, $$. */
function expanded(template: string, match: Match): string {
  return template.replaceAll(
    /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_, dollar: string | undefined, braced: string | undefined, bare: string | undefined) => {
      if (dollar !== undefined) return '$';
      const name = braced ?? bare ?? '';
      return (/^\d+$/.test(name) ? match.group(Number(name)) : match.named(name)) ?? '';
    },
  );
}

function split(subject: Subject, pattern: string, limit: number): string[] | undefined {
  const { regex, text } = subject;
  if (limit === 0) return undefined;
  if (pattern !== '' && text === '') return [''];
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const match of matches(regex, text, limit)) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(begin, end));
    begin = match.end;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
}

/** []string that is nil when nothing was found. */
const found: Codec<readonly string[] | undefined> = {
  type: stringSliceType,
  read: (value) => strings.read(value),
  write: (value) => (value === undefined || value.length === 0 ? nilSlice(stringSliceType) : strings.write(value)),
};

const splits: Codec<readonly string[] | undefined> = {
  ...found,
  write: (value) => (value === undefined ? nilSlice(stringSliceType) : strings.write(value)),
};

/** The plain and the must version of a function differ in how a bad pattern is reported. */
function both(name: string, make: (compile: Compile) => GoFunction): readonly (readonly [string, GoFunction])[] {
  return [
    [name, make(panicking)],
    [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, make(strict)],
  ];
}

export const regexFunctions: readonly (readonly [string, GoFunction])[] = [
  [
    'regexMatch',
    fn([str, str], bool, ([pattern, text], call) => {
      const regex = compile(pattern);
      return typeof regex !== 'string' && regex.matcher(charged(text, call)).find();
    }),
  ],
  [
    'mustRegexMatch',
    fn([str, str], bool, ([pattern, text], call) => strict(pattern).matcher(charged(text, call)).find()),
  ],
  ...both('regexFindAll', (regex) =>
    fn([str, str, int], found, ([pattern, text, limit], call) => findAll(regex(pattern), charged(text, call), limit)),
  ),
  ...both('regexFind', (regex) =>
    fn([str, str], str, ([pattern, text], call) => findAll(regex(pattern), charged(text, call), 1)[0] ?? ''),
  ),
  ...both('regexReplaceAll', (regex) =>
    fn([str, str, str], str, ([pattern, text, by], call) =>
      replaced({ regex: regex(pattern), text, call }, (match) => expanded(by, match)),
    ),
  ),
  ...both('regexReplaceAllLiteral', (regex) =>
    fn([str, str, str], str, ([pattern, text, by], call) => replaced({ regex: regex(pattern), text, call }, () => by)),
  ),
  ...both('regexSplit', (regex) =>
    fn([str, str, int], splits, ([pattern, text, limit], call) =>
      split({ regex: regex(pattern), text: charged(text, call), call }, pattern, limit),
    ),
  ),
  ['regexQuoteMeta', fn([str], str, ([text]) => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, (char) => `\\${char}`))],
];
