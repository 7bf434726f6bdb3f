// Limits of texts and numbers in schemas (kube-openapi:pkg/validation/validate, as Kubernetes 1.35 has it).

import { matchesRegex } from '@evenkeel/lang';
import type { Json, JsonObject } from '@evenkeel/resource';
import { type Causes, formatFloat } from '../validation/causes.ts';
import { checkFormat, formatOf } from './formats.ts';

type Limits = Readonly<Record<string, Json | undefined>>;

/** Checks length, pattern and format of a text. */
export function checkText(causes: Causes, value: string, schema: JsonObject, path: string): void {
  const { maxLength, minLength, pattern } = schema as Limits;
  const length = Array.from(value).length;
  if (typeof maxLength === 'number' && length > maxLength) causes.tooLong(path, maxLength);
  else if (typeof minLength === 'number' && length < minLength)
    causes.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  else if (typeof pattern === 'string' && pattern !== '' && !matchesPattern(pattern, value))
    causes.invalid(path, value, `${path} in body should match '${pattern}'`);
  const format = formatOf(schema);
  if (format !== undefined && !checkFormat(format, value))
    causes.typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`);
}

type Test = (text: string) => boolean;
const tests = new Map<string, Test>();
const testsMax = 10_000;

function matchesPattern(pattern: string, value: string): boolean {
  let test = tests.get(pattern);
  if (test === undefined) {
    test = compiled(pattern);
    if (tests.size >= testsMax) tests.clear();
    tests.set(pattern, test);
  }
  return test(value);
}

// What only Go reads, or reads otherwise.
const goOnly = /\(\?(?!:)|\[\[:|\[\^?[^\]]*\[:|\\[AzQEC]|\\p[A-Z](?!\{)|\\p\{\^/;

// The engine's own expressions are many times faster, and mean the same where nothing of Go alone is in them.
function compiled(pattern: string): Test {
  if (!goOnly.test(pattern)) {
    for (const flags of ['u', '']) {
      try {
        const regex = new RegExp(pattern, flags);
        return (text) => regex.test(text);
      } catch {
        // Tried without the flag, which forbids some escapes that RE2 allows; then as Go reads it.
      }
    }
  }
  return (text) => {
    try {
      return matchesRegex(text, pattern);
    } catch {
      return false;
    }
  };
}

/** Checks bounds and divisibility of a number. */
export function checkNumber(causes: Causes, value: number | bigint, schema: JsonObject, path: string): void {
  const whole = typeof value === 'bigint' || Number.isInteger(value);
  const number = Number(value);
  const bound = (limit: number): number => (whole ? Math.trunc(limit) : limit);
  const shown = (limit: number): string => (whole ? String(limit) : formatFloat(limit));
  const { minimum, maximum, multipleOf } = schema as Limits;
  if (typeof multipleOf === 'number') checkMultiple(causes, { value: number, factor: multipleOf, whole }, path);
  const refuse = (words: string): void => causes.invalid(path, value, `${path} in body should be ${words}`);
  if (typeof maximum === 'number') {
    const [limit, exclusive] = [bound(maximum), schema['exclusiveMaximum'] === true];
    if (exclusive ? number >= limit : number > limit)
      refuse(`less than${exclusive ? '' : ' or equal to'} ${shown(limit)}`);
  }
  if (typeof minimum === 'number') {
    const [limit, exclusive] = [bound(minimum), schema['exclusiveMinimum'] === true];
    if (exclusive ? number <= limit : number < limit)
      refuse(`greater than${exclusive ? '' : ' or equal to'} ${shown(limit)}`);
  }
}

function checkMultiple(
  causes: Causes,
  { value, factor, whole }: { readonly value: number; readonly factor: number; readonly whole: boolean },
  path: string,
): void {
  const used = whole ? Math.trunc(factor) : factor;
  if (used <= 0) causes.invalid(path, used, `factor MultipleOf declared for ${path} must be positive: ${used}`);
  else if (whole ? value % used !== 0 : !looksWhole(used < 1 ? (1 / used) * value : value / used))
    causes.invalid(path, value, `${path} in body should be a multiple of ${used}`);
}

/** True for numbers that are whole but for what rounding does to them (swag.IsFloat64AJSONInteger). */
export function looksWhole(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false;
  const rest = Math.abs(value - Math.trunc(value));
  return rest === 0 || rest / (Math.abs(value) + Math.abs(Math.trunc(value))) < 1e-9;
}
