// Health written as CEL, where a table of ours does not know a kind and a Lua script is more than it takes. The expressions are
// named as in Flux's spec.healthCheckExprs, so that one can be carried over from there.

import type { Health, HealthStatus } from '@evenkeel/engine';
import { type CelProgram, compileCel, dynType, kubernetesCelEnvironment, valueOfJson } from '@evenkeel/lang';
import { type Json, type JsonObject, type KubeObject, isMap } from '@evenkeel/resource';

/** The check that expressions make. Throws an Error with the sentence of an expression that fails. */
export type CelHealth = (object: KubeObject) => Health;

/** Which expression says which status; the first that holds decides, and progressing is what holds where none does. */
const verdicts: readonly (readonly [name: string, status: HealthStatus])[] = [
  ['suspended', 'suspended'],
  ['inProgress', 'progressing'],
  ['failed', 'degraded'],
  ['current', 'healthy'],
];

/** Names before a dot that are no variables: libraries of functions. */
const libraries: ReadonlySet<string> = new Set([
  'base64',
  'cel',
  'format',
  'lists',
  'math',
  'optional',
  'sets',
  'strings',
]);
const words: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in', 'has']);

/** The names an expression may mean fields of the object by. All of them are variables, as in Flux; the object itself is `self`. */
function namesIn(expression: string): readonly string[] {
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  const names = [...bare.matchAll(/(?<![.\w])([A-Za-z_]\w*)(?!\w|\s*\()/g)].map((match) => match[1] ?? '');
  return [...new Set(names)].filter((name) => !libraries.has(name) && !words.has(name));
}

/**
 * Reads `current` (which has to be there), `inProgress`, `failed`, `suspended` and `message`. Throws an Error that names what
 * cannot be read. A field that an expression misses makes it false, and is no failure. A status that is about an earlier generation
 * is progress, whatever it says. Mirrors fluxcd/pkg:runtime/cel/status_evaluator.go (0.110).
 */
export function readCelHealth(value: Json | undefined): CelHealth {
  if (!isMap(value)) throw new Error('is not a map of expressions');
  const known = new Set([...verdicts.map(([name]) => name), 'message']);
  const strange = Object.keys(value).find((name) => !known.has(name));
  if (strange !== undefined) throw new Error(`there is no expression "${strange}", only ${[...known].join(', ')}`);
  if (value['current'] === undefined) throw new Error('the expression "current" is missing');
  const programs = new Map([...known].flatMap((name) => compiled(value, name)));
  const message = programs.get('message');
  return (object) => {
    const said = (status: HealthStatus): Health => {
      const text = message && evaluated(message, object);
      return typeof text === 'string' && text !== '' ? { status, message: text } : { status };
    };
    for (const [name, status] of verdicts) {
      if (name !== 'suspended' && isBehind(object)) return said('progressing');
      const program = programs.get(name);
      if (program && evaluated(program, object) === true) return said(status);
    }
    return said('progressing');
  };
}

function isBehind(object: KubeObject): boolean {
  const { observedGeneration } = (object['status'] ?? {}) as { readonly observedGeneration?: unknown };
  const { generation } = object.metadata;
  return typeof observedGeneration === 'number' && generation !== undefined && observedGeneration !== generation;
}

function compiled(value: JsonObject, name: string): readonly (readonly [string, CelProgram])[] {
  const text = value[name];
  if (text === undefined || text === null) return [];
  if (typeof text !== 'string') throw new Error(`${name} is not a text`);
  const variables = Object.fromEntries(['self', ...namesIn(text)].map((field) => [field, dynType]));
  const program = compileCel(text, kubernetesCelEnvironment().extend({ variables }));
  if (!program.ok) throw new Error(`${name}: ${program.error.message}`);
  return [[name, program.value]];
}

function evaluated(program: CelProgram, object: KubeObject): unknown {
  const json = object as unknown as JsonObject;
  const bindings = Object.fromEntries([...program.variables].map((field) => [field, valueOfJson(json[field] ?? {})]));
  const { result } = program.evaluate({ ...bindings, self: valueOfJson(json) });
  if (result.ok) return result.value;
  if (/^no such (key|field|attribute)|^index out of bounds/.test(result.error.message)) return undefined;
  throw new Error(`${program.source}: ${result.error.message}`);
}
