// Go templates as ApplicationSets have them: sprig less what tells of the environment, and a handful of functions.
// Mirrors argoproj/argo-cd:applicationset/utils/{utils,template_functions}.go (3.6).

import {
  type Call,
  type GoFunction,
  type MissingKey,
  type Template,
  type Value,
  GoError,
  GoInt,
  TemplateError,
  any,
  anys,
  dict,
  execute,
  fn,
  fromJson,
  parseTemplates,
  quote,
  rest,
  sprigFunctions,
  str,
  toJson,
} from '@evenkeel/gotemplate';
import { nodeHost } from '@evenkeel/gotemplate/host-node';
import { type Json, YamlError, emitSigsYaml, parseYaml } from '@evenkeel/resource';
import { GenerationError } from '../application-set.ts';
import { sanitizeName, slugOf } from './names.ts';
import type { Params } from './params.ts';

const host = nodeHost();
const functions = setFunctions();
const templateName = 'base';
const tplDepthMax = 3;

const missingKeys: Readonly<Record<string, MissingKey>> = {
  'missingkey=default': 'default',
  'missingkey=invalid': 'invalid',
  'missingkey=zero': 'zero',
  'missingkey=error': 'error',
};

/**
 * Runs one text as a template on the parameters. `options` are text/template's, the last one counts.
 * @throws GenerationError in upstream's words; `cause` is the TemplateError.
 */
export function runGoTemplate(text: string, params: Params, options: readonly string[]): string {
  const missingKey = missingKeyOf(options);
  // Without an action the output is the text.
  if (!text.includes('{{')) return text;
  const parsed = parseTemplates([{ name: templateName, text }], { functions, rootName: templateName });
  if (!parsed.ok) throw failure(`failed to parse template ${text}`, parsed.error);
  const { output, error } = execute(parsed.value, templateName, params, { host, missingKey });
  if (error) throw failure(`failed to execute go template ${text}`, error);
  return output;
}

/** Whether a template failed because a parameter is not there. */
export function isMissingKey(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.message.includes('map has no entry for key') || error.message.includes("can't evaluate field"))
  );
}

function failure(what: string, cause: Error): GenerationError {
  return new GenerationError(`${what}: ${cause.message}`, { cause });
}

function missingKeyOf(options: readonly string[]): MissingKey {
  let found: MissingKey = 'default';
  for (const option of options) {
    const known = missingKeys[option];
    if (known === undefined) {
      throw new GenerationError(option === '' ? 'empty option string' : `unrecognized option: ${option}`);
    }
    found = known;
  }
  return found;
}

function setFunctions(): ReadonlyMap<string, GoFunction> {
  const all = sprigFunctions();
  for (const name of ['env', 'expandenv', 'getHostByName']) all.delete(name);
  all.set(
    'normalize',
    fn([str], str, ([name]) => sanitizeName(name)),
  );
  all.set(
    'slugify',
    fn([rest(any)], str, (args) => slugify(args)),
  );
  all.set(
    'toYaml',
    fn([any], str, ([value]) => toYaml(value)),
  );
  all.set(
    'fromYaml',
    fn([str], dict, ([text]) => fromYaml(text)),
  );
  all.set(
    'fromYamlArray',
    fn([str], anys, ([text]) => fromYamlArray(text)),
  );
  all.set(
    'tpl',
    fn([str, any], str, ([text, data], call) => tpl(text, data, call)),
  );
  return all;
}

/** `slugify [LENGTH [SMART]] NAME`. */
function slugify(args: readonly Value[]): string {
  const name = args.at(-1) ?? '';
  if (typeof name !== 'string') throw new GoError('interface conversion: interface {} is not string');
  const [lengthMax, smart] = args.slice(0, -1);
  if (lengthMax !== undefined && !(lengthMax instanceof GoInt))
    throw new GoError('interface conversion: interface {} is not int');
  if (smart !== undefined && typeof smart !== 'boolean')
    throw new GoError('interface conversion: interface {} is not bool');
  return slugOf(sanitizeName(name), {
    lengthMax: lengthMax === undefined ? 50 : Number(lengthMax.value),
    smart: smart ?? true,
  });
}

function toYaml(value: Value): string {
  try {
    return emitSigsYaml(toJson(value)).replace(/\n$/, '');
  } catch (error) {
    if (error instanceof Error && error.name === 'JsonError') {
      throw new GoError(`error marshaling into JSON: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function fromYaml(text: string): Map<Value, Value> {
  const value = fromJson(readYaml(text));
  if (value === null) return new Map();
  if (value instanceof Map) return value;
  throw wrongType(value, 'map[string]interface {}');
}

function fromYamlArray(text: string): Value[] {
  const value = fromJson(readYaml(text));
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  throw wrongType(value, '[]interface {}');
}

/** YAML as sigs.k8s.io/yaml reads it; a refusal is an error of the function. */
function readYaml(text: string): Json {
  try {
    return parseYaml(text, { dialect: 'sigs' }) ?? null;
  } catch (error) {
    if (error instanceof YamlError) throw new GoError(error.message, { cause: error });
    throw error;
  }
}

function wrongType(value: Value, wanted: string): GoError {
  const kind =
    value instanceof Map
      ? 'object'
      : Array.isArray(value)
        ? 'array'
        : typeof value === 'boolean'
          ? 'bool'
          : typeof value === 'string'
            ? 'string'
            : 'number';
  return new GoError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type ${wanted}`,
  );
}

/** `tpl TEXT DATA`: three levels deep at most. */
function tpl(text: string, data: Value, call: Call): string {
  if (call.nesting('\0tpl', 1) > tplDepthMax) {
    throw new GoError(`maximum recursion depth ${tplDepthMax} exceeded in tpl function`);
  }
  const set = call.set.clone();
  let template: Template;
  try {
    template = set.add(templateName, text);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new GoError(`cannot parse template ${quote(text)}: ${error.message}`, { cause: error });
  }
  try {
    return call.execute(set, template, data).replaceAll('<no value>', '');
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new GoError(`error during tpl function execution for ${quote(text)}: ${error.message}`, { cause: error });
  } finally {
    call.nesting('\0tpl', -1);
  }
}
