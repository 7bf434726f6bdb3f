// Everything a program finds defined: functions of values, forms that decide what is worked out and how often, and what is
// written in jq itself.

import type { Json } from '@evenkeel/resource';
import type { Definition } from './ast.ts';
import { collectionFunctions, fromEntries, toEntries } from './collection-functions.ts';
import { dateFunctions } from './dates.ts';
import { JqValueError, fail, notApplicable, shown } from './errors.ts';
import { firstOf, iterate, pathsOf } from './flow.ts';
import { isNumber, isTruthy } from './json.ts';
import {
  type Emit,
  type Env,
  type FunctionScope,
  type Run,
  type Scope,
  type Track,
  isIntact,
  step,
} from './machine.ts';
import { mathFunctions } from './math-functions.ts';
import { add } from './numbers.ts';
import { parseDefinitions } from './parser.ts';
import { deletePaths, getPath } from './paths.ts';
import { regexForms } from './regex-forms.ts';
import { textFunctions } from './text-functions.ts';

type Native = (value: Json, args: readonly Json[]) => Json;

const natives: ReadonlyMap<string, Native> = new Map<string, Native>([
  ...Object.entries(collectionFunctions),
  ...Object.entries(textFunctions),
  ...Object.entries(mathFunctions),
  ...Object.entries(dateFunctions),
  ['to_entries/0', toEntries],
  ['from_entries/0', fromEntries],
  ['builtins/0', () => builtinNames()],
]);

/** A function of its input and the values of its arguments. */
export function nativeFunction(name: string, arity: number): Native | undefined {
  return natives.get(`${name}/${arity}`);
}

type Form = (args: readonly Run[]) => Run;

/** A form that works its arguments out itself. */
export function specialForm(name: string, arity: number): Form | undefined {
  return forms.get(`${name}/${arity}`);
}

const none: Run = () => undefined;

/** The arguments of a form by place. */
function argument(args: readonly Run[], index: number): Run {
  return args[index] ?? none;
}

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['empty/0', () => none],
  ['env/0', () => (_input, track, _env, emit) => emit({}, track)],
  ['now/0', () => now],
  [
    'path/1',
    ([target = none]) =>
      (input, track, env, emit) =>
        pathsOf(target, input, env, (path) => emit(path, track)),
  ],
  ['del/1', ([target = none]) => deletion(target)],
  ['getpath/1', ([path = none]) => atPath(path)],
  ['recurse/0', () => (input, track, env, emit) => recurseAll({ input, track, env, emit })],
  ['recurse/1', ([next = none]) => recursion(next, undefined)],
  ['recurse/2', ([next = none, condition = none]) => recursion(next, condition)],
  ['select/1', ([condition = none]) => selection(condition)],
  ['first/1', ([source = none]) => first(source)],
  ['last/1', ([source = none]) => last(source)],
  ['limit/2', ([count = none, source = none]) => limited(count, source)],
  ['until/2', (args) => until(argument(args, 0), argument(args, 1))],
  ['while/2', (args) => whilst(argument(args, 0), argument(args, 1))],
  ['repeat/1', ([source = none]) => repetition(source)],
  ['range/1', ([end = none]) => range([constant(0), end, constant(1)])],
  ['range/2', ([start = none, end = none]) => range([start, end, constant(1)])],
  ['range/3', (args) => range(args)],
  [
    'isempty/1',
    ([source = none]) =>
      (input, track, env, emit) =>
        emit(!found(source, input, env), track),
  ],
  ['any/2', ([source = none, test = none]) => quantified(source, test, true)],
  ['all/2', ([source = none, test = none]) => quantified(source, test, false)],
  ...regexForms,
]);

function constant(value: Json): Run {
  return (_input, track, _env, emit) => emit(value, track);
}

/** The time is given from outside; without it there is none. */
const now: Run = (_input, track, env, emit) => {
  const clock = env.budget.nowSeconds;
  if (!clock) throw fail('now is not available here');
  emit(clock(), track);
};

function deletion(target: Run): Run {
  return (input, track, env, emit) => {
    const paths: Json[] = [];
    pathsOf(target, input, env, (path) => paths.push(path));
    emit(deletePaths(input, paths), track);
  };
}

function atPath(path: Run): Run {
  return (input, track, env, emit) =>
    path(input, undefined, env, (keys) => {
      step(env);
      const value = getPath(input, keys);
      if (track === undefined) return emit(value, undefined);
      if (!isIntact(input, track.value)) throw fail(`invalid path against: ${shown(input)}`);
      let way: Track = track;
      for (const key of keys as readonly Json[]) way = { parent: way, key, value };
      emit(value, way);
    });
}

interface Visit {
  readonly input: Json;
  readonly track: Track | undefined;
  readonly env: Env;
  readonly emit: Emit;
}

function recurseAll({ input, track, env, emit }: Visit): void {
  step(env);
  emit(input, track);
  if (typeof input !== 'object' || input === null) return;
  iterate(input, track, env, (value, way) => recurseAll({ input: value, track: way, env, emit }));
}

function recursion(next: Run, condition: Run | undefined): Run {
  const visit = (value: Json, way: Track | undefined, env: Env, emit: Emit): void => {
    step(env);
    emit(value, way);
    next(value, way, env, (after, afterWay) => {
      if (!condition) return visit(after, afterWay, env, emit);
      condition(after, undefined, env, (holds) => {
        if (isTruthy(holds)) visit(after, afterWay, env, emit);
      });
    });
  };
  return visit;
}

function selection(condition: Run): Run {
  return (input, track, env, emit) =>
    condition(input, undefined, env, (holds) => {
      step(env);
      if (isTruthy(holds)) emit(input, track);
    });
}

function first(source: Run): Run {
  return (input, track, env, emit) => {
    const result = firstOf((give) => source(input, track, env, give));
    if (result) emit(result.value, result.way);
  };
}

function last(source: Run): Run {
  return (input, track, env, emit) => {
    let result: { readonly value: Json; readonly way: Track | undefined } | undefined;
    source(input, track, env, (value, way) => {
      result = { value, way };
    });
    if (result) emit(result.value, result.way);
  };
}

class Enough {}

function limited(count: Run, source: Run): Run {
  const message = "limit doesn't support negative count";
  return (input, track, env, emit) =>
    count(input, undefined, env, (most) => {
      if (isNumber(most) ? most < 0 : most === null || typeof most === 'boolean') {
        throw new JqValueError(message, message);
      }
      if (most === 0) return;
      let left = most;
      const enough = new Enough();
      try {
        source(input, track, env, (value, way) => {
          left = add(left, -1);
          emit(value, way);
          if (isNumber(left) && left <= 0) throw enough;
        });
      } catch (error) {
        if (error !== enough) throw error;
      }
    });
}

function until(condition: Run, next: Run): Run {
  return loop(condition, next, ({ holds }) => ({ gives: holds, goesOn: !holds }));
}

function whilst(condition: Run, next: Run): Run {
  return loop(condition, next, ({ holds }) => ({ gives: holds, goesOn: holds }));
}

/** A loop keeps its own stack: thousands of rounds are no recursion. */
function loop(
  condition: Run,
  next: Run,
  decide: (state: { readonly holds: boolean }) => { readonly gives: boolean; readonly goesOn: boolean },
): Run {
  return (input, track, env, emit) => {
    const stack: { readonly value: Json; readonly way: Track | undefined }[] = [{ value: input, way: track }];
    for (let at = stack.pop(); at; at = stack.pop()) {
      const { value, way } = at;
      const further: { readonly value: Json; readonly way: Track | undefined }[] = [];
      condition(value, undefined, env, (holds) => {
        step(env);
        const { gives, goesOn } = decide({ holds: isTruthy(holds) });
        if (gives) emit(value, way);
        if (goesOn) next(value, way, env, (after, afterWay) => further.push({ value: after, way: afterWay }));
      });
      stack.push(...further.reverse());
    }
  };
}

function repetition(source: Run): Run {
  return (input, track, env, emit) => {
    for (;;) {
      step(env);
      source(input, track, env, emit);
    }
  };
}

function range([start = none, end = none, stride = none]: readonly Run[]): Run {
  return (input, track, env, emit) =>
    start(input, undefined, env, (from) =>
      end(input, undefined, env, (to) =>
        stride(input, undefined, env, (by) => {
          for (const value of [from, to, by]) if (!isNumber(value)) throw notApplicable('range', value);
          const [limit, size] = [Number(to), Number(by)];
          for (
            let value: Json = from;
            size > 0 ? Number(value) < limit : size < 0 && Number(value) > limit;
            value = add(value, by)
          ) {
            step(env);
            emit(value, track);
          }
        }),
      ),
    );
}

function found(source: Run, input: Json, env: Env): boolean {
  return firstOf((give) => source(input, undefined, env, give)) !== undefined;
}

function quantified(source: Run, test: Run, wanted: boolean): Run {
  const decisive: Run = (input, track, env, emit) =>
    source(input, track, env, (value, way) =>
      test(value, way, env, (holds) => {
        step(env);
        if (isTruthy(holds) === wanted) emit(true, undefined);
      }),
    );
  return (input, track, env, emit) => emit(found(decisive, input, env) === wanted, track);
}

/** What is best said in jq. */
const prelude = `
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def add(f): [f] | add;
def in(container): . as $key | container | has($key);
def with_entries(f): to_entries | map(f) | from_entries;
def walk(f): def visit: if type == "array" then map(visit) elif type == "object" then map_values(visit) end | f; visit;
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def skip($n; f):
  if $n > 0 then foreach f as $item ($n; . - 1; if . < 0 then $item else empty end)
  elif $n == 0 then f else error("skip doesn't support negative count") end;
def nth($n; f): if $n >= 0 then first(skip($n; f)) else error("nth doesn't support negative index") end;
def all: all(.[]; .);
def all(f): all(.[]; f);
def any: any(.[]; .);
def any(f): any(.[]; f);
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));
def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique_by(f): _unique_by(map([f]));
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type == "array" or type == "object");
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def finites: select(isfinite);
def normals: select(isnormal);
def strings: select(type == "string");
def nulls: select(type == "null");
def values: select(type != "null");
def scalars: select(type != "array" and type != "object");
def combinations: if length == 0 then [] else .[0][] as $head | [$head] + (.[1:] | combinations) end;
def combinations(n): . as $row | [range(n) | $row] | combinations;
def paths: path(..) | select(. != []);
def paths(f): path(.. | select(f)) | select(. != []);
def pick(f): . as $top | reduce path(f) as $path (null; setpath($path; $top | getpath($path)));
def tostream: path(def all: (.[]? | all), .; all) as $path | getpath($path)
  | reduce path(.[]?) as $key ([$path, .]; [$path + $key]);
def truncate_stream(f): . as $depth | null | f | if .[0] | length > $depth then .[0] |= .[$depth:] else empty end;
def fromstream(f):
  foreach f as $event (null;
    (if .e then null end) | $event as [$path, $leaf]
    | if $event | length == 2 then setpath(["v"] + $path; $leaf) | setpath(["e"]; $path | length == 0)
      else setpath(["e"]; $path | length == 1) end;
    if .e then .v else empty end);
def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%S%z") | mktime;
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def fromdate: fromdateiso8601;
def todate: todateiso8601;
def INDEX(source; f): reduce source as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; source; f): source | [., $index[f]];
def JOIN($index; source; f; combine): source | [., $index[f]] | combine;
def IN(source): any(source == .; .);
def IN(source; other): any(source == other; .);
`;

const definitions: ReadonlyMap<string, Definition> = new Map(
  parseDefinitions(prelude).map((definition) => [`${definition.name}/${definition.params.length}`, definition]),
);
const compiled = new Map<string, { readonly definition: Definition; readonly scope: FunctionScope }>();

/** A function written in jq, compiled when it is first used. */
export function builtinDefinition(
  name: string,
  arity: number,
  define: (definition: Definition) => Scope,
): { readonly definition: Definition; readonly scope: FunctionScope } | undefined {
  const key = `${name}/${arity}`;
  const definition = definitions.get(key);
  if (!definition) return undefined;
  const known = compiled.get(key) ?? { definition, scope: define(definition) as FunctionScope };
  compiled.set(key, known);
  return known;
}

function builtinNames(): readonly string[] {
  const names = [...natives.keys(), ...forms.keys(), ...definitions.keys()];
  return names.filter((name) => !name.startsWith('_')).sort();
}
