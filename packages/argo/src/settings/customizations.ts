// resource.customizations: what is special about kinds of objects. The split keys
// (resource.customizations.<what>.<group>_<kind>) and the older map of all of them, which alone knows wildcards.
// Mirrors argoproj/argo-cd:util/settings/settings.go GetResourceOverrides (3.6).

import { matchesGlob } from '@evenkeel/lang';
import { type GroupKind, type Json, type JsonObject, isMap, parseYaml } from '@evenkeel/resource';
import { type CelHealth, readCelHealth } from './cel-health.ts';

/** Fields that are left out of a comparison. */
export interface IgnoreFields {
  readonly jsonPointers: readonly string[];
  readonly jqPathExpressions: readonly string[];
  readonly managedFieldsManagers: readonly string[];
}

/** A field of a custom kind that has the type of a built-in one: `core/v1/PodSpec`, `core/Quantity`. */
export interface KnownTypeField {
  readonly field: string;
  readonly type: string;
}

/** A resource action, as Lua. */
export interface ActionDefinition {
  readonly name: string;
  readonly lua: string;
}

/** The actions of a kind. */
export interface ActionSettings {
  readonly discoveryLua: string;
  readonly definitions: readonly ActionDefinition[];
  readonly mergeBuiltin: boolean;
}

/** Everything that is set for one kind. */
export interface Customization {
  readonly healthLua?: string | undefined;
  /** Our own: `evenkeel.health.cel.<group>_<kind>`. A script for the same kind goes first. */
  readonly healthCel?: CelHealth | undefined;
  readonly useOpenLibs: boolean;
  readonly actions?: ActionSettings | undefined;
  readonly ignoreDifferences: IgnoreFields;
  readonly ignoreResourceUpdates: IgnoreFields;
  readonly knownTypeFields: readonly KnownTypeField[];
}

/** Customizations by "<group>/<kind>", "<kind>" for the core group, globs allowed. */
export type Customizations = ReadonlyMap<string, Customization>;

export const noFields: IgnoreFields = { jsonPointers: [], jqPathExpressions: [], managedFieldsManagers: [] };

const nothing: Customization = {
  useOpenLibs: false,
  ignoreDifferences: noFields,
  ignoreResourceUpdates: noFields,
  knownTypeFields: [],
};

/** The customization made for exactly this kind; undefined where there is none. */
export function exactCustomization(all: Customizations, { group, kind }: GroupKind): Customization | undefined {
  return all.get(group === '' ? kind : `${group}/${kind}`) ?? (group === '' ? all.get(`/${kind}`) : undefined);
}

/** Every customization that concerns a kind, wildcards included, in no order of importance. */
export function customizationsOf(all: Customizations, { group, kind }: GroupKind): readonly Customization[] {
  const found: Customization[] = [];
  for (const [key, customization] of all) {
    const slash = key.indexOf('/');
    const [ofGroup, ofKind] = slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
    if (matchesGlob(ofGroup, group) && matchesGlob(ofKind, kind)) found.push(customization);
  }
  return found;
}

/** Our own keys; they do not begin as Argo CD's do, because it refuses all of its settings for a customization it does not know. */
const celKey = 'evenkeel.health.cel';

/** Reads all of them from the `data` of argocd-cm; says in `problems` what cannot be read. */
export function readCustomizations(data: Readonly<Record<string, string>>, problems: string[]): Customizations {
  const found = new Map<string, Customization>();
  const refuse = (key: string, why: string): void => {
    problems.push(`argocd-cm: ${key}: ${why}; the entry is left out`);
  };
  const legacy = data['resource.customizations'] ?? '';
  attempt('resource.customizations', refuse, () => {
    const map = parsed(legacy);
    if (map === undefined || map === null) return;
    if (!isMap(map)) throw new Error('is not a map');
    for (const [kind, value] of Object.entries(map)) {
      attempt(`resource.customizations["${kind}"]`, refuse, () => found.set(kind, readLegacy(value ?? null)));
    }
  });
  readCel(data, { found, refuse });
  for (const [key, text] of Object.entries(data).sort(([left], [right]) => (left < right ? -1 : 1))) {
    const match = /^resource\.customizations\.([^.]*)\.(.*)$/s.exec(key);
    const [, what = '', name = ''] = match ?? [];
    if (!match) continue;
    attempt(key, refuse, () => {
      const kind = overrideKey(name);
      found.set(kind, { ...(found.get(kind) ?? nothing), ...readSplit(what, text) });
    });
  }
  return found;
}

interface Reading {
  readonly found: Map<string, Customization>;
  readonly refuse: (key: string, why: string) => void;
}

/** CEL checks: a map of kinds, in which wildcards may stand, and one key a kind. */
function readCel(data: Readonly<Record<string, string>>, { found, refuse }: Reading): void {
  const add = (kind: string, value: Json | undefined): void => {
    found.set(kind, { ...(found.get(kind) ?? nothing), healthCel: readCelHealth(value) });
  };
  attempt(celKey, refuse, () => {
    const map = parsed(data[celKey] ?? '');
    if (map === undefined || map === null) return;
    if (!isMap(map)) throw new Error('is not a map');
    for (const [kind, value] of Object.entries(map)) attempt(`${celKey}["${kind}"]`, refuse, () => add(kind, value));
  });
  for (const [key, text] of Object.entries(data)) {
    if (!key.startsWith(`${celKey}.`)) continue;
    attempt(key, refuse, () => add(overrideKey(key.slice(celKey.length + 1)), parsed(text)));
  }
}

function attempt(key: string, refuse: (key: string, why: string) => void, read: () => void): void {
  try {
    read();
  } catch (error) {
    refuse(key, error instanceof Error ? error.message : String(error));
  }
}

function overrideKey(name: string): string {
  const parts = name.split('_');
  if (name === '' || parts.length > 2) throw new Error(`"${name}" is not <group>_<kind>`);
  return name === 'all' ? '*/*' : parts.join('/');
}

function readSplit(what: string, text: string): Partial<Customization> {
  switch (what) {
    case 'health':
      return { healthLua: text };
    case 'useOpenLibs':
      return { useOpenLibs: truth(text) };
    case 'actions':
      return { actions: readActions(parsed(text)) };
    case 'ignoreDifferences':
      return { ignoreDifferences: readFields(parsed(text)) };
    case 'ignoreResourceUpdates':
      return { ignoreResourceUpdates: readFields(parsed(text)) };
    case 'knownTypeFields':
      return { knownTypeFields: readKnownTypes(parsed(text)) };
    default:
      throw new Error(`there is no customization "${what}"`);
  }
}

/** In the older map, lists of ignored fields and actions are YAML inside of YAML. */
function readLegacy(value: Json): Customization {
  if (!isMap(value)) throw new Error('is not a map');
  const text = (name: string): string => {
    const entry = value[name];
    if (entry === undefined || entry === null) return '';
    if (typeof entry !== 'string') throw new Error(`${name} is not a text`);
    return entry;
  };
  const health = text('health.lua');
  const actions = text('actions');
  return {
    ...(health === '' ? {} : { healthLua: health }),
    useOpenLibs: value['health.lua.useOpenLibs'] === true,
    ...(actions === '' ? {} : { actions: readActions(parsed(actions)) }),
    ignoreDifferences: readFields(parsed(text('ignoreDifferences'))),
    ignoreResourceUpdates: readFields(parsed(text('ignoreResourceUpdates'))),
    knownTypeFields: readKnownTypes(value['knownTypeFields']),
  };
}

function parsed(text: string): Json | undefined {
  return text.trim() === '' ? undefined : parseYaml(text, { dialect: 'sigs' });
}

function truth(text: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new Error(`"${text}" is neither true nor false`);
}

/** Reads a set of ignored fields from YAML that has been parsed; throws where it has another shape. */
export function readFields(value: Json | undefined): IgnoreFields {
  if (value === undefined || value === null) return noFields;
  if (!isMap(value)) throw new Error('is not a map');
  return {
    jsonPointers: texts(value, 'jsonPointers'),
    jqPathExpressions: texts(value, 'jqPathExpressions'),
    managedFieldsManagers: texts(value, 'managedFieldsManagers'),
  };
}

function texts(map: JsonObject, name: string): readonly string[] {
  const value = map[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw new Error(`${name} is not a list of texts`);
  }
  return value as readonly string[];
}

function readKnownTypes(value: Json | undefined): readonly KnownTypeField[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error('knownTypeFields is not a list');
  return (value as readonly Json[]).map((entry) => {
    const map: JsonObject = isMap(entry) ? entry : {};
    const { field, type } = map;
    if (typeof field !== 'string' || typeof type !== 'string') throw new Error('an entry lacks field or type');
    return { field, type };
  });
}

function readActions(value: Json | undefined): ActionSettings {
  if (value === undefined || value === null) return { discoveryLua: '', definitions: [], mergeBuiltin: false };
  if (!isMap(value)) throw new Error('is not a map');
  const { definitions } = value;
  const list = Array.isArray(definitions) ? (definitions as readonly Json[]) : [];
  const discovery = value['discovery.lua'];
  return {
    discoveryLua: typeof discovery === 'string' ? discovery : '',
    mergeBuiltin: value['mergeBuiltinActions'] === true,
    definitions: list.map((entry) => {
      const map: JsonObject = isMap(entry) ? entry : {};
      const { name } = map;
      const lua = map['action.lua'];
      if (typeof name !== 'string' || typeof lua !== 'string') throw new Error('an action lacks name or action.lua');
      return { name, lua };
    }),
  };
}
