// The template functions that Helm adds to sprig's. Mirrors helm:pkg/engine/funcs.go (v4.3.0 and v3.22.0).

import {
  type Value as GoValue,
  type GoFunction,
  type Host as TemplateHost,
  GoError,
  any,
  anys,
  dict,
  fn,
  fromJson,
  includeFunction,
  marshalJson,
  nilMap,
  nilSlice,
  sprigFunctions,
  str,
  toJson,
  tplFunction,
  unmarshalJson,
} from '@evenkeel/gotemplate';
import { type Json, YamlError, emitSigsYaml, emitYamlV3, parseYaml } from '@evenkeel/resource';

import type { HelmVersion } from '../chart/chart.ts';
import { jsonTypeName } from '../values/yaml-values.ts';
import { durationFunctions } from './durations.ts';
import { wrapWarning } from './exec-error.ts';
import type { LookupQuery, RenderHost } from './request.ts';
import { readToml } from './toml-read.ts';
import { TomlError, writeToml } from './toml-write.ts';

/** What templates may ask of the world, with what Helm adds to it. */
export class HelmTemplateHost implements TemplateHost {
  readonly nowNanos: () => bigint;
  readonly localZone: string;
  readonly randomBytes: TemplateHost['randomBytes'];
  readonly generatePrivateKey: TemplateHost['generatePrivateKey'];
  readonly createCertificate: TemplateHost['createCertificate'];
  readonly checkCertificate: TemplateHost['checkCertificate'];
  readonly lookupHost: (name: string) => string;
  /** Answers `lookup`; absent without a cluster. */
  readonly lookup: ((query: LookupQuery) => Json | undefined) | undefined;

  /** What the caller did not supply is refused by name when a template asks for it; DNS answers '' unless enabled. */
  constructor(host: RenderHost, enableDns: boolean) {
    const refuse = (what: string) => (): never => {
      throw new GoError(`${what} is not available here`);
    };
    this.nowNanos = host.nowNanos?.bind(host) ?? refuse('the current time');
    this.localZone = host.localZone ?? 'UTC';
    this.randomBytes = host.randomBytes?.bind(host) ?? refuse('randomness');
    this.generatePrivateKey = host.generatePrivateKey?.bind(host) ?? refuse('generating private keys');
    this.createCertificate = host.createCertificate?.bind(host) ?? refuse('creating certificates');
    this.checkCertificate = host.checkCertificate?.bind(host) ?? refuse('checking certificates');
    this.lookupHost = enableDns ? (host.lookupHost?.bind(host) ?? refuse('DNS')) : () => '';
    this.lookup = host.lookup?.bind(host);
  }
}

const byVersion = new Map<HelmVersion, ReadonlyMap<string, GoFunction>>();

/** All functions a chart's templates may call. The same map every time, so that compiled templates can be kept. */
export function helmFunctions(version: HelmVersion): ReadonlyMap<string, GoFunction> {
  const known = byVersion.get(version);
  if (known !== undefined) return known;
  const functions = new Map<string, GoFunction>(sprigFunctions());
  functions.delete('env');
  functions.delete('expandenv');
  for (const [name, body] of dataFunctions) functions.set(name, body);
  functions.set('include', includeFunction());
  functions.set('tpl', tplFunction());
  functions.set('required', requiredFunction);
  functions.set('fail', failFunction);
  functions.set('lookup', lookupFunction);
  functions.set('getHostByName', hostByName);
  if (version === 4) {
    for (const [name, body] of durationFunctions) functions.set(name, body);
    functions.set('mustToToml', mustToToml);
  } else functions.delete('mustToYaml');
  byVersion.set(version, functions);
  return functions;
}

const hostByName = fn([str], str, ([name], call) => call.host.lookupHost(name));

const requiredFunction = fn([str, any], any, ([warning, value]) => {
  if (value === null || value === undefined || value === '') throw new GoError(wrapWarning(warning));
  return value;
});

const failFunction = fn([str], str, ([message]) => {
  throw new GoError(wrapWarning(message));
});

const lookupFunction = fn([str, str, str, str], any, ([apiVersion, kind, namespace, name], call) => {
  const { host } = call;
  const found = host instanceof HelmTemplateHost ? host.lookup?.({ apiVersion, kind, namespace, name }) : undefined;
  // What a cluster answers is decoded by apimachinery, which keeps integers as int64.
  return found === undefined ? new Map<GoValue, GoValue>() : fromJson(found, { integers: 'int64' });
});

function toYamlText(value: GoValue): string {
  return withoutFinalNewline(emitSigsYaml(toJson(value)));
}

function withoutFinalNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** toYaml and its kin swallow errors: an empty text comes out. */
function quiet(action: () => string): string {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && error.name === 'JsonError') return '';
    throw error;
  }
}

/** mustToYaml and its kin panic with the error. */
function loud(action: () => string, prefix = ''): string {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && (error.name === 'JsonError' || error instanceof TomlError)) {
      throw new GoError(`${prefix}${error.message}`, { cause: error });
    }
    throw error;
  }
}

const MAP_TYPE = 'map[string]interface {}';
const LIST_TYPE = '[]interface {}';

function wrongType(json: Json, wanted: string): string {
  return `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonTypeName(json)} into Go value of type ${wanted}`;
}

function errorMap(message: string): GoValue {
  return new Map<GoValue, GoValue>([['Error', message]]);
}

function fromYaml(text: string): GoValue {
  try {
    const json = parseYaml(text, { dialect: 'sigs' }) ?? null;
    // sigs.k8s.io/yaml leaves the target as it is when there is nothing.
    if (json === null) return new Map<GoValue, GoValue>();
    const value = fromJson(json);
    return value instanceof Map ? value : errorMap(wrongType(json, MAP_TYPE));
  } catch (error) {
    if (error instanceof YamlError) return errorMap(error.message);
    throw error;
  }
}

function fromYamlArray(text: string): GoValue[] {
  try {
    const json = parseYaml(text, { dialect: 'sigs' }) ?? null;
    if (json === null) return [];
    const value = fromJson(json);
    return Array.isArray(value) ? value : [wrongType(json, LIST_TYPE)];
  } catch (error) {
    if (error instanceof YamlError) return [error.message];
    throw error;
  }
}

function fromJsonText(text: string): GoValue {
  try {
    const value = unmarshalJson(text);
    if (value === null || value === undefined) return nilMap();
    return value instanceof Map
      ? value
      : errorMap(`json: cannot unmarshal ${goJsonType(value)} into Go value of type ${MAP_TYPE}`);
  } catch (error) {
    if (error instanceof Error && error.name === 'JsonError') return errorMap(error.message);
    throw error;
  }
}

function fromJsonArray(text: string): GoValue[] {
  try {
    const value = unmarshalJson(text);
    if (value === null || value === undefined) return nilSlice();
    if (Array.isArray(value)) return value;
    return [`json: cannot unmarshal ${goJsonType(value)} into Go value of type ${LIST_TYPE}`];
  } catch (error) {
    if (error instanceof Error && error.name === 'JsonError') return [error.message];
    throw error;
  }
}

function goJsonType(value: GoValue): string {
  if (value instanceof Map) return 'object';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'number';
}

function fromToml(text: string): GoValue {
  try {
    return readToml(text);
  } catch (error) {
    if (error instanceof TomlError) return errorMap(error.message);
    throw error;
  }
}

function toTomlText(value: GoValue): string {
  try {
    return writeToml(value);
  } catch (error) {
    if (error instanceof TomlError) return error.message;
    throw error;
  }
}

const mustToToml = fn([any], str, ([value]) => loud(() => writeToml(value)));

const dataFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['toYaml', fn([any], str, ([value]) => quiet(() => toYamlText(value)))],
  ['mustToYaml', fn([any], str, ([value]) => loud(() => toYamlText(value), 'error marshaling into JSON: '))],
  ['toYamlPretty', fn([any], str, ([value]) => quiet(() => prettyYaml(value)))],
  ['fromYaml', fn([str], dict, ([text]) => asMap(fromYaml(text)))],
  ['fromYamlArray', fn([str], anys, ([text]) => fromYamlArray(text))],
  ['toJson', fn([any], str, ([value]) => quiet(() => marshalJson(value)))],
  ['mustToJson', fn([any], str, ([value]) => loud(() => marshalJson(value)))],
  ['fromJson', fn([str], dict, ([text]) => asMap(fromJsonText(text)))],
  ['fromJsonArray', fn([str], anys, ([text]) => fromJsonArray(text))],
  ['toToml', fn([any], str, ([value]) => toTomlText(value))],
  ['fromToml', fn([str], dict, ([text]) => asMap(fromToml(text)))],
]);

function asMap(value: GoValue): Map<GoValue, GoValue> {
  return value instanceof Map ? value : new Map<GoValue, GoValue>();
}

/** yaml.v3 writes Go values without going through JSON: nil containers are empty ones. */
function prettyYaml(value: GoValue): string {
  return withoutFinalNewline(emitYamlV3(toJson(value), { indent: 2, compactSequences: false }));
}
