// The spec of an Application from argocd's flags: what each flag sets, adds or takes away, in the order of the line.
// Mirrors argoproj/argo-cd:cmd/util/app.go (3.6) AddAppFlags, SetAppSpecOptions and ConstructSource.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json, JsonObject } from '@evenkeel/resource';
import { CommandFailure, type Io, exitCodes } from '../io.ts';
import { positionOf, readPairs } from './app-select.ts';
import { mergeImage, mergeReplica } from './kustomize-overrides.ts';

/** Flags by the names commander gives them; only those that stand on the line. */
export type SpecFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A map that is being made. */
export type Draft = { [name: string]: Json };

/** A copy that can be written to. */
export function draftOf(map: JsonObject): Draft {
  return { ...map } as Draft;
}

/** The value of a field as a map that can be written to, made where it is missing. */
export function draftAt(of: Draft, name: string): Draft {
  const found = of[name];
  const isMap = found !== null && typeof found === 'object' && !Array.isArray(found);
  const draft: Draft = isMap ? { ...(found as Draft) } : {};
  of[name] = draft;
  return draft;
}

/** The value of a field as a list that can be written to, made where it is missing. */
export function listAt<T extends Json>(of: Draft, name: string): T[] {
  const list = Array.isArray(of[name]) ? [...(of[name] as readonly T[])] : [];
  of[name] = list;
  return list;
}

/** Takes an empty map out again. */
export function dropEmpty(of: Draft, ...names: readonly string[]): void {
  for (const name of names) {
    const value = of[name];
    if (value !== null && typeof value === 'object' && Object.keys(value).length === 0) delete of[name];
  }
}

/** How many of the flags are such as this file knows. */
export function knownFlags(flags: SpecFlags): number {
  return Object.keys(flags).filter((name) => flags[name] !== undefined && isKnown(name)).length;
}

const otherFlags: ReadonlySet<string> = new Set(['parameter', 'autoPrune', 'selfHeal', 'allowEmpty']);

function isKnown(name: string): boolean {
  return [sourceFlags, specFlags, hydratorFlags].some((table) => Object.hasOwn(table, name)) || otherFlags.has(name);
}

/**
 * The spec with the flags laid over it. `position` counts sources from 1 and is that of the one which is meant, where there are
 * several. Throws CommandFailure on what no flag can be.
 */
export function withSpecFlags(
  before: JsonObject,
  flags: SpecFlags,
  { position, io }: { readonly position?: number | undefined; readonly io: Io },
): JsonObject {
  const spec = draftOf(before);
  const has = (table: Readonly<Record<string, unknown>>): boolean =>
    Object.keys(flags).some((name) => flags[name] !== undefined && Object.hasOwn(table, name));
  if (has(hydratorFlags)) {
    const hydrator = draftAt(spec, 'sourceHydrator');
    each(flags, (name, value) => hydratorFlags[name]?.(hydrator, text(value)));
    dropEmpty(hydrator, 'drySource', 'syncSource', 'hydrateTo');
  } else if (has(sourceFlags) || flags['parameter'] !== undefined) {
    const sources = Array.isArray(spec['sources']) ? [...(spec['sources'] as readonly JsonObject[])] : [];
    const isMany = sources.length > 0;
    const of = isMany ? sources[(position ?? 1) - 1] : (spec['source'] as JsonObject | undefined);
    const source = withSourceFlags(of ?? {}, flags, io);
    if (isMany) sources[(position ?? 1) - 1] = source;
    spec[isMany ? 'sources' : 'source'] = isMany ? sources : source;
  }
  each(flags, (name, value) => specFlags[name]?.(spec, value, flags));
  automatedFlags(spec, flags);
  dropEmpty(spec, 'syncPolicy');
  return spec;
}

/** A source with the flags laid over it. */
export function withSourceFlags(before: JsonObject, flags: SpecFlags, io: Io): JsonObject {
  const source = draftOf(before);
  each(flags, (name, value) => sourceFlags[name]?.(source, value, io));
  setParameters(source, list(flags['parameter'] ?? []));
  dropEmpty(source, 'helm', 'kustomize');
  return source;
}

/** The position of the source that flags mean; undefined where there is but one. Throws CommandFailure with argocd's words. */
export function meantPosition(
  spec: JsonObject,
  { sourcePosition, sourceName }: { readonly sourcePosition?: string; readonly sourceName?: string },
): number | undefined {
  const sources = (spec['sources'] ?? []) as readonly { readonly name?: string }[];
  if (sourceName !== undefined && sourcePosition !== undefined)
    throw new CommandFailure('Only one of source-position and source-name can be specified.', exitCodes.generic);
  const position = sourceName === undefined ? Number(sourcePosition ?? '-1') : positionOf(sources)(sourceName);
  if (sources.length === 0) return undefined;
  if (!(position > 0))
    throw new CommandFailure(
      'Source position should be specified and must be greater than 0 for applications with multiple sources',
      exitCodes.generic,
    );
  if (position > sources.length)
    throw new CommandFailure(
      'Source position should be less than the number of sources in the application',
      exitCodes.generic,
    );
  return position;
}

type Value = NonNullable<SpecFlags[string]>;

function each(flags: SpecFlags, tell: (name: string, value: Value) => void): void {
  for (const [name, value] of Object.entries(flags)) if (value !== undefined) tell(name, value);
}

function text(value: Value): string {
  return String(value);
}

function list(value: Value): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [text(value)];
}

function number(flag: string, value: Value): number {
  const read = Number(text(value));
  if (!Number.isInteger(read))
    throw new CommandFailure(`--${flag} "${text(value)}" is no whole number`, exitCodes.generic);
  return read;
}

type SourceFlag = (source: Draft, value: Value, io: Io) => void;

/** A text of the source itself; an empty one takes it away. */
const plain =
  (field: string): SourceFlag =>
  (source, value) => {
    if (text(value) === '') delete source[field];
    else source[field] = text(value);
  };

/** A field of a part of the source; only what says something is set, as upstream does. */
const part =
  (name: string, field: string): SourceFlag =>
  (source, value) => {
    const draft = draftAt(source, name);
    const says = value === true || (Array.isArray(value) ? value.length > 0 : value !== false && value !== '');
    if (says) draft[field] = value as Json;
  };

const directory =
  (field: string): SourceFlag =>
  (source, value) => {
    draftAt(source, 'directory')[field] = value as Json;
  };

const jsonnet =
  (field: string, code: boolean): SourceFlag =>
  (source, value) => {
    const entries = listAt<Json>(draftAt(draftAt(source, 'directory'), 'jsonnet'), field);
    for (const one of list(value)) {
      const at = one.indexOf('=');
      const [name, said] = at < 0 ? [one, ''] : [one.slice(0, at), one.slice(at + 1)];
      entries.push({ name, value: said, ...(code ? { code } : {}) });
    }
  };

function addParameter(
  source: Draft,
  said: string,
  how: { readonly forceString: boolean; readonly field: string },
): void {
  const at = said.indexOf('=');
  if (at < 0)
    throw new CommandFailure(`expected helm parameter of the form: param=value. Received: ${said}`, exitCodes.generic);
  const name = said.slice(0, at);
  const entries = listAt<JsonObject>(draftAt(source, 'helm'), how.field);
  const value = said.slice(at + 1);
  const entry =
    how.field === 'fileParameters'
      ? { name, path: value }
      : { name, value, ...(how.forceString ? { forceString: true } : {}) };
  const known = entries.findIndex((one) => one['name'] === name);
  if (known < 0) entries.push(entry);
  else entries[known] = entry;
}

const parameters =
  (field: 'parameters' | 'fileParameters', forceString = false): SourceFlag =>
  (source, value) => {
    for (const one of list(value)) addParameter(source, one, { forceString, field });
  };

function setParameters(source: Draft, said: readonly string[]): void {
  if (said.length === 0) return;
  if (source['kustomize'] !== undefined || source['directory'] !== undefined || source['plugin'] !== undefined)
    throw new CommandFailure('Parameters can only be set against Helm applications');
  for (const one of said) addParameter(source, one, { forceString: false, field: 'parameters' });
}

const sourceFlags: Readonly<Record<string, SourceFlag>> = {
  repo: plain('repoURL'),
  path: plain('path'),
  helmChart: plain('chart'),
  revision: plain('targetRevision'),
  tagPrefix: plain('tagPrefix'),
  ref: plain('ref'),
  values: part('helm', 'valueFiles'),
  ignoreMissingValueFiles: part('helm', 'ignoreMissingValueFiles'),
  valuesLiteralFile: (source, value, io) => {
    const draft = draftAt(source, 'helm');
    draft['values'] = readText(resolve(io.cwd, text(value)));
    delete draft['valuesObject'];
  },
  releaseName: part('helm', 'releaseName'),
  helmVersion: part('helm', 'version'),
  helmPassCredentials: part('helm', 'passCredentials'),
  helmSet: parameters('parameters'),
  helmSetString: parameters('parameters', true),
  helmSetFile: parameters('fileParameters'),
  helmSkipCrds: part('helm', 'skipCrds'),
  helmSkipSchemaValidation: part('helm', 'skipSchemaValidation'),
  helmSkipTests: part('helm', 'skipTests'),
  helmNamespace: part('helm', 'namespace'),
  helmKubeVersion: part('helm', 'kubeVersion'),
  helmApiVersions: part('helm', 'apiVersions'),
  nameprefix: part('kustomize', 'namePrefix'),
  namesuffix: part('kustomize', 'nameSuffix'),
  kustomizeVersion: part('kustomize', 'version'),
  kustomizeNamespace: part('kustomize', 'namespace'),
  kustomizeKubeVersion: part('kustomize', 'kubeVersion'),
  kustomizeApiVersions: part('kustomize', 'apiVersions'),
  kustomizeImage: (source, value) => {
    const images = listAt<string>(draftAt(source, 'kustomize'), 'images');
    for (const image of list(value)) mergeImage(images, image);
  },
  kustomizeReplica: (source, value) => {
    const replicas = listAt<JsonObject>(draftAt(source, 'kustomize'), 'replicas');
    for (const replica of list(value)) mergeReplica(replicas, replica);
  },
  kustomizeCommonLabel: (source, value) => {
    draftAt(source, 'kustomize')['commonLabels'] = readPairs(list(value), 'label');
  },
  kustomizeCommonAnnotation: (source, value) => {
    draftAt(source, 'kustomize')['commonAnnotations'] = readPairs(list(value), 'label');
  },
  kustomizeLabelWithoutSelector: part('kustomize', 'labelWithoutSelector'),
  kustomizeLabelIncludeTemplates: part('kustomize', 'labelIncludeTemplates'),
  kustomizeForceCommonLabel: part('kustomize', 'forceCommonLabels'),
  kustomizeForceCommonAnnotation: part('kustomize', 'forceCommonAnnotations'),
  ignoreMissingComponents: part('kustomize', 'ignoreMissingComponents'),
  directoryRecurse: directory('recurse'),
  directoryDisableExtensionFilter: directory('disableExtensionFilter'),
  directoryExclude: directory('exclude'),
  directoryInclude: directory('include'),
  jsonnetTlaStr: jsonnet('tlas', false),
  jsonnetTlaCode: jsonnet('tlas', true),
  jsonnetExtVarStr: jsonnet('extVars', false),
  jsonnetExtVarCode: jsonnet('extVars', true),
  jsonnetLibs: (source, value) => {
    listAt<string>(draftAt(draftAt(source, 'directory'), 'jsonnet'), 'libs').push(...list(value));
  },
  configManagementPlugin: (source, value) => {
    source['plugin'] = { name: text(value) };
  },
  pluginEnv: (source, value) => {
    const env = listAt<JsonObject>(draftAt(source, 'plugin'), 'env');
    for (const [name, said] of Object.entries(readPairs(list(value), 'env'))) {
      const known = env.findIndex((one) => one['name'] === name);
      if (known < 0) env.push({ name, value: said });
      else env[known] = { name, value: said };
    }
  },
};

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(error instanceof Error ? error.message : String(error), exitCodes.generic);
  }
}

type SpecFlag = (spec: Draft, value: Value, flags: SpecFlags) => void;

const destination =
  (field: string): SpecFlag =>
  (spec, value) => {
    const draft = draftAt(spec, 'destination');
    if (text(value) === '') delete draft[field];
    else draft[field] = text(value);
  };

const specFlags: Readonly<Record<string, SpecFlag>> = {
  revisionHistoryLimit: (spec, value) => {
    spec['revisionHistoryLimit'] = number('revision-history-limit', value);
  },
  destName: destination('name'),
  destServer: destination('server'),
  destNamespace: destination('namespace'),
  project: (spec, value) => {
    spec['project'] = text(value);
  },
  syncPolicy: (spec, value) => {
    const policy = draftAt(spec, 'syncPolicy');
    const said = text(value);
    if (said === 'none' || said === 'manual') delete policy['automated'];
    else if (said === 'automated' || said === 'automatic' || said === 'auto') policy['automated'] = {};
    else throw new CommandFailure(`Invalid sync-policy: ${said}`, exitCodes.generic);
  },
  syncOption: (spec, value) => {
    const policy = draftAt(spec, 'syncPolicy');
    const options = listAt<string>(policy, 'syncOptions');
    for (const option of list(value)) {
      const bare = option.startsWith('!') ? option.slice(1) : option;
      const at = options.indexOf(bare);
      if (option.startsWith('!') && at >= 0) options.splice(at, 1);
      if (!option.startsWith('!') && at < 0) options.push(bare);
    }
    dropEmpty(policy, 'syncOptions');
  },
  syncRetryLimit: (spec, value, flags) => {
    const policy = draftAt(spec, 'syncPolicy');
    const limit = number('sync-retry-limit', value);
    if (limit < 0) throw new CommandFailure(`Invalid sync-retry-limit [${limit}]`);
    if (limit === 0) delete policy['retry'];
    else policy['retry'] = retryOf(limit, flags);
  },
  syncRetryRefresh: (spec, value) => {
    draftAt(draftAt(spec, 'syncPolicy'), 'retry')['refresh'] = value === true;
  },
};

function retryOf(limit: number, flags: SpecFlags): JsonObject {
  return {
    limit,
    backoff: {
      duration: text(flags['syncRetryBackoffDuration'] ?? '5s'),
      maxDuration: text(flags['syncRetryBackoffMaxDuration'] ?? '3m0s'),
      factor: number('sync-retry-backoff-factor', flags['syncRetryBackoffFactor'] ?? '2'),
    },
    ...(flags['syncRetryRefresh'] === true ? { refresh: true } : {}),
  };
}

/** One of them alone leaves automation off: it only says how it would be. */
function automatedFlags(spec: Draft, flags: SpecFlags): void {
  const said = [
    ['autoPrune', 'prune'],
    ['selfHeal', 'selfHeal'],
    ['allowEmpty', 'allowEmpty'],
  ] as const;
  if (said.every(([flag]) => flags[flag] === undefined)) return;
  const policy = draftAt(spec, 'syncPolicy');
  if (policy['automated'] === undefined) policy['automated'] = { enabled: false };
  const automated = draftAt(policy, 'automated');
  for (const [flag, field] of said) if (flags[flag] !== undefined) automated[field] = flags[flag] === true;
}

const at =
  (name: string, field: string): ((hydrator: Draft, value: string) => void) =>
  (hydrator, value) => {
    draftAt(hydrator, name)[field] = value;
  };

const hydratorFlags: Readonly<Record<string, (hydrator: Draft, value: string) => void>> = {
  drySourceRepo: at('drySource', 'repoURL'),
  drySourcePath: at('drySource', 'path'),
  drySourceRevision: at('drySource', 'targetRevision'),
  syncSourceBranch: at('syncSource', 'targetBranch'),
  syncSourcePath: at('syncSource', 'path'),
  hydrateToBranch: (hydrator, value) => {
    if (value === '') delete hydrator['hydrateTo'];
    else draftAt(hydrator, 'hydrateTo')['targetBranch'] = value;
  },
};
