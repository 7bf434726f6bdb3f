// Data as values of a program.

import { type Json, isMap } from '@evenkeel/resource';
import { ObjectValue, Thunk, type Value, arrayOf } from '../values.ts';

/** The value of a piece of JSON. Numbers beyond doubles lose their digits, as in the original. */
export function valueOfJson(json: Json | undefined): Value {
  if (json === undefined) return null;
  if (Array.isArray(json)) return arrayOf((json as readonly Json[]).map(valueOfJson));
  if (isMap(json)) {
    return ObjectValue.of(
      Object.entries(json).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Thunk.of(valueOfJson(value))] as const],
      ),
    );
  }
  return json as Value;
}
