// sprig's defaults, emptiness, JSON and reflection (sprig v3.3.0 defaults.go, reflect.go).

import { any, bool, str } from '../exec/codecs.ts';
import { deepEqual, isTrue } from '../exec/compare.ts';
import { GoError, type GoFunction, fn, rest } from '../exec/function.ts';
import { JsonError, marshalJson, unmarshalJson } from '../value/go-json.ts';
import { type Value, typeOf } from '../value/value.ts';

/** sprig's empty: as falsity in templates, with structs never empty. */
export function isEmpty(value: Value): boolean {
  return !isTrue(value);
}

function typeText(value: Value): string {
  return typeOf(value)?.text ?? '<nil>';
}

function kindText(value: Value): string {
  return typeOf(value)?.kind ?? 'invalid';
}

function quietly<T>(body: () => T, otherwise: T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof JsonError) return otherwise;
    throw error;
  }
}

function readJson(text: string): Value {
  try {
    return unmarshalJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error.partial ?? null;
    throw error;
  }
}

const compact = (value: Value): string => marshalJson(value);
const pretty = (value: Value): string => marshalJson(value, { indent: '  ' });
const raw = (value: Value): string => marshalJson(value, { escapeHtml: false });

const orEmpty = (write: (value: Value) => string): GoFunction =>
  fn([any], str, ([value]) => quietly(() => write(value), ''));
const orFail = (write: (value: Value) => string): GoFunction => fn([any], str, ([value]) => write(value));

export const defaultFunctions: readonly (readonly [string, GoFunction])[] = [
  [
    'default',
    fn([any, rest(any)], any, ([fallback, ...given]) =>
      given.length === 0 || isEmpty(given[0]) ? fallback : given[0],
    ),
  ],
  ['empty', fn([any], bool, ([value]) => isEmpty(value))],
  ['coalesce', fn([rest(any)], any, (values) => values.find((value) => !isEmpty(value)) ?? null)],
  ['all', fn([rest(any)], bool, (values) => values.every((value) => !isEmpty(value)))],
  ['any', fn([rest(any)], bool, (values) => values.some((value) => !isEmpty(value)))],
  ['ternary', fn([any, any, bool], any, ([yes, no, test]) => (test ? yes : no))],
  ['fromJson', fn([str], any, ([text]) => readJson(text))],
  ['mustFromJson', fn([str], any, ([text]) => unmarshalJson(text))],
  ['toJson', orEmpty(compact)],
  ['mustToJson', orFail(compact)],
  ['toPrettyJson', orEmpty(pretty)],
  ['mustToPrettyJson', orFail(pretty)],
  ['toRawJson', orFail(raw)],
  ['mustToRawJson', orFail(raw)],
  ['typeOf', fn([any], str, ([value]) => typeText(value))],
  ['typeIs', fn([str, any], bool, ([name, value]) => name === typeText(value))],
  ['typeIsLike', fn([str, any], bool, ([name, value]) => name === typeText(value) || `*${name}` === typeText(value))],
  ['kindOf', fn([any], str, ([value]) => kindText(value))],
  ['kindIs', fn([str, any], bool, ([name, value]) => name === kindText(value))],
  ['deepEqual', fn([any, any], bool, ([a, b]) => deepEqual(a, b))],
  [
    'fail',
    fn([str], str, ([message]) => {
      throw new GoError(message);
    }),
  ],
];
