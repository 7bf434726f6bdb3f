// match, capture, scan, split, sub and their kin: each takes an expression and perhaps flags.

import type { Json } from '@evenkeel/resource';
import { type Emit, type Env, type Run, step } from './machine.ts';
import { add } from './numbers.ts';
import { sliceValue } from './paths.ts';
import { type Match, capturesOf, globally, matchesOf, testText } from './regex.ts';

type Form = (args: readonly Run[]) => Run;

const nothing: Run = (_input, track, _env, emit) => emit(null, track);

/** By name and number of arguments. */
export const regexForms: readonly (readonly [string, Form])[] = [
  ...overFlags('test', (input, expression, flags) => [testText(input, expression, flags)]),
  ...overFlags(
    'match',
    (input, expression, flags) => matchesOf(input, expression, flags) as readonly unknown[] as readonly Json[],
  ),
  ...overFlags('capture', (input, expression, flags) => matchesOf(input, expression, flags).map(capturesOf)),
  ...overFlags('scan', (input, expression, flags) => matchesOf(input, expression, globally(flags)).map(scanned)),
  ...overFlags('splits', splits),
  [
    'split/2',
    ([expression = nothing, flags = nothing]) =>
      values([expression, flags], (input, re, options) => [splits(input, re, options)]),
  ],
  ['sub/2', ([expression = nothing, text = nothing]) => substitution(expression, text, nothing, false)],
  ['sub/3', ([expression = nothing, text = nothing, flags = nothing]) => substitution(expression, text, flags, false)],
  ['gsub/2', ([expression = nothing, text = nothing]) => substitution(expression, text, nothing, true)],
  ['gsub/3', ([expression = nothing, text = nothing, flags = nothing]) => substitution(expression, text, flags, true)],
];

type Apply = (input: Json, expression: Json, flags: Json) => readonly Json[];

function overFlags(name: string, apply: Apply): readonly (readonly [string, Form])[] {
  return [
    [`${name}/1`, ([expression = nothing]) => values([expression, nothing], apply)],
    [`${name}/2`, ([expression = nothing, flags = nothing]) => values([expression, flags], apply)],
  ];
}

function values([expression = nothing, flags = nothing]: readonly Run[], apply: Apply): Run {
  return (input, track, env, emit) =>
    expression(input, undefined, env, (source) =>
      flags(input, undefined, env, (options) => {
        for (const value of apply(input, source, options)) {
          step(env);
          emit(value, track);
        }
      }),
    );
}

function scanned(match: Match): Json {
  return match.captures.length === 0 ? match.string : match.captures.map((capture) => capture.string);
}

function splits(input: Json, expression: Json, flags: Json): readonly Json[] {
  const pieces: Json[] = [];
  let next: Json = null;
  for (const { offset, length } of matchesOf(input, expression, globally(flags))) {
    pieces.push(sliceValue(input, next, offset));
    next = offset + length;
  }
  return [...pieces, sliceValue(input, next, null)];
}

/** Where the replacement gives several texts, so many results come of it. */
function substitution(expression: Run, text: Run, flags: Run, isGlobal: boolean): Run {
  return (input, track, env, emit) =>
    expression(input, undefined, env, (source) =>
      flags(input, undefined, env, (options) => {
        const matches = matchesOf(input, source, isGlobal ? globally(options) : options);
        for (const result of replaced(input, matches, { text, env })) emit(result, track);
      }),
    );
}

function replaced(
  input: Json,
  matches: readonly Match[],
  { text, env }: { readonly text: Run; readonly env: Env },
): readonly Json[] {
  const results: Json[] = [];
  let next: Json = null;
  for (const match of matches) {
    const before = sliceValue(input, next, match.offset);
    let index = 0;
    const give: Emit = (replacement) => {
      step(env);
      results[index] = add(results[index] ?? null, add(before, replacement));
      index += 1;
    };
    text(capturesOf(match), undefined, env, give);
    next = match.offset + match.length;
  }
  const tail = sliceValue(input, next, null);
  return results.length === 0 ? [input] : results.map((result) => add(result, tail));
}
