// Editing entries of configMapGenerator and secretGenerator (kustomize:commands/edit/add/addconfigmap.go,
// set/setconfigmap.go, remove/removeconfigmap.go and their siblings for secrets, v5.8.1).

import { generate, joinOptions } from '../generators/config-and-secret.ts';
import type { GeneratorEntry } from '../kustomization/types.ts';
import { type LoadContext, Loader } from '../loader/loader.ts';
import { prefixed } from '../problems.ts';
import { EditError } from './edit-error.ts';
import { globTree } from './glob.ts';
import type { EditableKustomization } from './kustomization-file.ts';
import type { EditScene } from './lists.ts';

/** Which generator, and how it is called. */
export interface GeneratorKind {
  readonly field: 'configMapGenerator' | 'secretGenerator';
  readonly kind: 'ConfigMap' | 'Secret';
  /** As commands name it: configmap, secret. */
  readonly noun: 'configmap' | 'secret';
}

export const configMapKind: GeneratorKind = { field: 'configMapGenerator', kind: 'ConfigMap', noun: 'configmap' };
export const secretKind: GeneratorKind = { field: 'secretGenerator', kind: 'Secret', noun: 'secret' };

/** What the flags of these commands say. */
export interface GeneratorFlags {
  readonly files: readonly string[];
  readonly literals: readonly string[];
  readonly envFile: string;
  readonly behavior: string;
  readonly type: string;
  readonly namespace: string;
  readonly newNamespace: string;
  readonly disableNameSuffixHash: boolean;
}

type Scene = Pick<EditScene, 'tree' | 'note'>;

/** Checks an `add` before the file is opened; the patterns among its files are expanded. Throws EditError. */
export function checkAdd(args: readonly string[], flags: GeneratorFlags, scene: Scene): GeneratorFlags {
  const files = flags.files.flatMap((source) => expandSource(source, scene));
  const fail = (reason: string): never => {
    throw new EditError(`failed to validate flags: ${reason}`);
  };
  if (args.length !== 1) fail('name must be specified once');
  if (flags.envFile === '' && files.length === 0 && flags.literals.length === 0) {
    fail('at least from-env-file, or from-file or from-literal must be set');
  }
  if (flags.envFile !== '' && (files.length > 0 || flags.literals.length > 0)) {
    fail('from-env-file cannot be combined with from-file or from-literal');
  }
  if (!['', 'create', 'merge', 'replace'].includes(flags.behavior)) {
    fail('invalid behavior: must be one of "create", "merge", or "replace"');
  }
  return { ...flags, files };
}

function expandSource(source: string, scene: Scene): string[] {
  const parts = source.split('=');
  const [first = '', second = ''] = parts;
  const pattern = parts.length === 2 ? second : first;
  const found = globTree(scene.tree, pattern);
  if (found.length === 0) scene.note(`${pattern} has no match`);
  if (parts.length !== 2 || first === '') return found;
  if (found.length !== 1) {
    throw new EditError(
      `failed to expand file source: 'pattern '${source}' catches files [${found.join(' ')}], should catch only one`,
    );
  }
  return [`${first}=${found[0] ?? ''}`];
}

/** Adds an entry, or adds to the one with this name and namespace. */
export function addGenerator(
  file: EditableKustomization,
  what: GeneratorKind,
  how: { readonly name: string; readonly flags: GeneratorFlags; readonly scene: Scene },
): void {
  const { name, flags, scene } = how;
  const entries = [...(file[what.field] ?? [])];
  const index = entries.findIndex((entry) => isEntry(entry, name, flags.namespace));
  const base = entries[index] ?? {
    name,
    namespace: flags.namespace,
    ...(what.kind === 'Secret' && { type: flags.type }),
  };
  const joined: GeneratorEntry = {
    ...base,
    literals: [...(base.literals ?? []), ...flags.literals],
    files: [...(base.files ?? []), ...flags.files],
    envs: [...(base.envs ?? []), ...(flags.envFile === '' ? [] : [flags.envFile])],
    ...(flags.behavior !== '' && { behavior: flags.behavior }),
    ...(flags.disableNameSuffixHash && { options: { disableNameSuffixHash: true } }),
  };
  const checked = withOptions(file, joined);
  check(what, checked, scene);
  if (index < 0) entries.push(checked);
  else entries[index] = checked;
  file[what.field] = entries;
}

function withOptions(file: EditableKustomization, entry: GeneratorEntry): GeneratorEntry {
  const options = joinOptions(entry.options, file.generatorOptions);
  return options === undefined ? entry : { ...entry, options };
}

/** Makes the object once, to see that it can be made. */
function check(what: GeneratorKind, entry: GeneratorEntry, scene: Scene, prefix = ''): void {
  const context: LoadContext = {
    restrictor: 'rootOnly',
    remote: {},
    displayRoot: '',
    fileBytesMax: Number.MAX_SAFE_INTEGER,
    reads: new Set(),
  };
  try {
    generate(what.kind, entry, Loader.open(context, scene.tree, '.'));
  } catch (error) {
    throw prefixed(error, `failed to create ${what.noun}${prefix}`);
  }
}

function isEntry(entry: GeneratorEntry, name: string, namespace: string): boolean {
  return entry.name === name && (entry.namespace || 'default') === (namespace || 'default');
}

/** Changes values of existing literals, or the namespace. Throws EditError for what is not there. */
export function setGenerator(
  file: EditableKustomization,
  what: GeneratorKind,
  how: { readonly name: string; readonly flags: GeneratorFlags; readonly scene: Scene },
): void {
  const { name, flags, scene } = how;
  const entries = [...(file[what.field] ?? [])];
  const index = entries.findIndex((entry) => isEntry(entry, name, flags.namespace));
  const entry = entries[index];
  const failed = `failed to create ${what.noun}`;
  if (entry === undefined) {
    const reason = `unable to find ${what.kind} with name ${JSON.stringify(name)}`;
    throw new EditError(`${failed}: could not set new ${what.kind} value: ${reason}`);
  }
  const literals =
    flags.literals.length === 0 ? entry.literals : changedLiterals(entry.literals ?? [], flags.literals, failed);
  const changed = withOptions(file, {
    ...entry,
    ...(literals !== undefined && { literals }),
    ...(flags.newNamespace !== '' && { namespace: flags.newNamespace }),
  });
  check(what, changed, scene, `: failed to validate ${what.kind} structure`);
  entries[index] = changed;
  file[what.field] = entries;
}

function changedLiterals(before: readonly string[], changes: readonly string[], failed: string): string[] {
  const prefix = `${failed}: failed to update literal sources`;
  const split = (text: string): readonly [string, string] => {
    const parts = text.split('=');
    if (parts.length !== 2) {
      const reason = 'invalid format: literal values must be specified in the key=value format';
      throw new EditError(`${prefix}: failed to update resource: ${reason}`);
    }
    return [parts[0] ?? '', parts[1] ?? ''];
  };
  const values = new Map(before.map(split));
  for (const [key, value] of changes.map(split)) {
    if (!values.has(key)) throw new EditError(`${prefix}: key '${key}' not found in resource`);
    values.set(key, value);
  }
  return [...values].map(([key, value]) => `${key}=${value}`);
}

/** Removes entries by names separated by commas; names that are not there are noted, unless none is. */
export function removeGenerators(
  file: EditableKustomization,
  what: GeneratorKind,
  how: { readonly args: readonly string[]; readonly namespace: string; readonly note: (message: string) => void },
): void {
  const { args, namespace, note } = how;
  const [argument] = args;
  if (argument === undefined) throw new EditError(`at least one ${what.noun} name must be specified`);
  if (args.length > 1) {
    throw new EditError(
      `too many arguments: [${args.join(' ')}]; to provide multiple ${what.noun}s to remove, please separate ${what.noun} names by commas`,
    );
  }
  const names = argument.split(',');
  const entries = file[what.field] ?? [];
  const goes = (entry: GeneratorEntry): boolean => names.some((name) => isEntry(entry, name, namespace));
  const gone = new Set(entries.filter(goes).map((entry) => entry.name));
  if (gone.size === 0) throw new EditError(`no specified ${what.noun}(s) were found in the kustomization.yaml file`);
  for (const name of names) if (!gone.has(name)) note(`${what.noun} ${name} doesn't exist in kustomization file`);
  file[what.field] = entries.filter((entry) => !goes(entry));
}
