// The snippets of testdata/*.cases, shared by the unit tests (against recorded answers) and the oracle (against Go).
//
// One snippet a line; ⏎ is a newline in it. Lines that steer the following snippets:
//   # …                 comment
//   @each NAME = a ¦ b  every snippet that contains <NAME> is repeated with each value
//   @data {json}        the data; {"$int": 5} and its kin are values of other Go types (tools/go/template/main.go)
//   @missingkey zero    the option; `default` at the start of a file
//   @zone Europe/Berlin the local time zone; UTC at the start of a file
//   @file NAME = text   a further template, until @nofiles
//   @delims << >>       the delimiters

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from '@evenkeel/resource';
import {
  type FunctionMap,
  GoInt,
  type Host,
  type MissingKey,
  type Value,
  GoError,
  GoScalar,
  GoTime,
  any,
  execute,
  fn,
  fromJson,
  goBytes,
  goInt,
  goInt64,
  goString,
  includeFunction,
  intType,
  mapOf,
  nilMap,
  nilSlice,
  parseTemplates,
  sliceOf,
  sprigFunctions,
  str,
  stringMapType,
  stringSliceType,
  stringType,
  anyType,
  namedType,
  tplFunction,
  withType,
} from '../index.ts';
import { durationType } from '../time/go-duration.ts';
import { utc } from '../time/zone.ts';
import { float32Type, int32Type, uint64Type, uint8Type, uintType } from '../value/go-type.ts';

export interface Case {
  readonly topic: string;
  readonly text: string;
  readonly data: Json;
  readonly missingKey: MissingKey;
  readonly zone: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly delims: readonly [string, string];
}

export interface Answer {
  readonly output: string;
  readonly error: string;
}

export const testdata: string = join(fileURLToPath(new URL('.', import.meta.url)), '../../testdata');

/** All topics with their snippets, in order. */
export function readTopics(): ReadonlyMap<string, readonly Case[]> {
  const topics = new Map<string, readonly Case[]>();
  for (const path of globSync(join(testdata, '*.cases')).sort()) {
    const topic = basename(path, '.cases');
    topics.set(topic, parseTopic(topic, readFileSync(path, 'utf8')));
  }
  return topics;
}

function parseTopic(topic: string, text: string): readonly Case[] {
  const cases: Case[] = [];
  const each = new Map<string, readonly string[]>();
  let state: Omit<Case, 'text'> = {
    topic,
    data: {},
    missingKey: 'default',
    zone: 'UTC',
    files: [],
    delims: ['', ''],
  };
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue;
    const directive = /^@(each|data|missingkey|zone|file|nofiles|delims) ?(.*)$/.exec(line);
    if (directive === null) {
      for (const snippet of expand(line, each)) cases.push({ ...state, text: snippet.replaceAll('⏎', '\n') });
      continue;
    }
    const [, name, rest = ''] = directive;
    const [left, right] = splitOnce(rest, ' = ');
    if (name === 'each') each.set(left, right.split(' ¦ '));
    else if (name === 'data') state = { ...state, data: JSON.parse(rest) as Json };
    else if (name === 'missingkey') state = { ...state, missingKey: rest as MissingKey };
    else if (name === 'zone') state = { ...state, zone: rest };
    else if (name === 'nofiles') state = { ...state, files: [] };
    else if (name === 'delims') state = { ...state, delims: splitOnce(rest, ' ') };
    else state = { ...state, files: [...state.files, { name: left, text: right.replaceAll('⏎', '\n') }] };
  }
  return cases;
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function expand(line: string, each: ReadonlyMap<string, readonly string[]>): readonly string[] {
  for (const [name, values] of each) {
    if (line.includes(`<${name}>`)) {
      return values.flatMap((value) =>
        expand(
          line.replaceAll(`<${name}>`, () => value),
          each,
        ),
      );
    }
  }
  return [line];
}

/** A host whose every answer is known: no snippet depends on time or randomness. */
export function fixedHost(zone: string): Host {
  const refuse = (): never => {
    throw new GoError('not in tests');
  };
  return {
    nowNanos: () => 1_700_000_000_000_000_000n,
    localZone: zone,
    randomBytes: (count) => Uint8Array.from({ length: count }, (_, index) => (index * 37 + 11) & 255),
    generatePrivateKey: refuse,
    createCertificate: refuse,
    checkCertificate: refuse,
    lookupHost: () => '',
  };
}

const functions: FunctionMap = new Map([
  ...sprigFunctions(),
  ['include', includeFunction()],
  ['tpl', tplFunction()],
  ['typed', fn([str, any], any, ([kind, value]) => special(kind, value))],
]);

/** Our answer to a snippet. */
export function answer(item: Case): Answer {
  const [leftDelim, rightDelim] = item.delims;
  const parsed = parseTemplates([...item.files, { name: 'case.yaml', text: item.text }], {
    functions,
    rootName: 'gotpl',
    ...(leftDelim === '' ? {} : { leftDelim, rightDelim }),
  });
  if (!parsed.ok) return { output: '', error: parsed.error.message };
  const { output, error } = execute(parsed.value, 'case.yaml', typedValue(item.data), {
    host: fixedHost(item.zone),
    missingKey: item.missingKey,
  });
  return { output: goString(goBytes(output)), error: error?.message ?? '' };
}

/** JSON data with {"$kind": value} replaced, as the oracle program does. */
function typedValue(json: Json): Value {
  return replaceSpecial(fromJson(json));
}

function replaceSpecial(value: Value): Value {
  if (Array.isArray(value)) return value.map(replaceSpecial);
  if (!(value instanceof Map)) return value;
  const [first] = value;
  if (value.size === 1 && first !== undefined && typeof first[0] === 'string' && first[0].startsWith('$')) {
    return special(first[0].slice(1), first[1]);
  }
  for (const [key, item] of value) value.set(key, replaceSpecial(item));
  return value;
}

function integer(value: Value): bigint {
  return value instanceof GoInt ? value.value : BigInt(Number(value));
}

function text(value: Value): string {
  return typeof value === 'string' ? value : '';
}

function bytes(value: Value): Uint8Array {
  return new Uint8Array(Buffer.from(text(value), 'base64'));
}

const jsonNumber = namedType('json.Number', stringType, { stringer: textOfNumber, json: textOfNumber });

function textOfNumber(self: Value): string {
  return self instanceof GoScalar ? String(self.value) : '';
}

function special(kind: string, value: Value): Value {
  const list = Array.isArray(value) ? value : [];
  const entries = value instanceof Map ? [...value] : [];
  switch (kind) {
    case 'int':
      return goInt(integer(value));
    case 'int64':
      return goInt64(integer(value));
    case 'int32':
      return new GoInt(integer(value), int32Type);
    case 'uint8':
      return new GoInt(integer(value), uint8Type);
    case 'uint':
      return new GoInt(integer(value), uintType);
    case 'uint64':
      return new GoInt(integer(value), uint64Type);
    case 'float32':
      return new GoScalar(Math.fround(Number(value)), float32Type);
    case 'duration':
      return new GoInt(integer(value), durationType);
    case 'time':
      return new GoTime(integer(value) * 1_000_000_000n, utc);
    case 'bytes':
      return bytes(value);
    case 'binary':
      return goString(bytes(value));
    case 'number':
      return new GoScalar(text(value), jsonNumber);
    case 'strings':
      return withType([...list], stringSliceType);
    case 'ints':
      return withType(
        list.map((item): Value => goInt(integer(item))),
        sliceOf(intType),
      );
    case 'stringMap':
      return withType(new Map(entries), stringMapType);
    case 'intMap':
      return withType(new Map(entries.map(([key, item]) => [goInt(Number(key)), item])), mapOf(intType, anyType));
    case 'nilMap':
      return nilMap();
    default:
      return nilSlice();
  }
}
