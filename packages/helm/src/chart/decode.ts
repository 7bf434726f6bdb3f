// Chart.yaml, requirements.yaml and Chart.lock from YAML into records, as sigs.k8s.io/yaml fills Go structs: names match
// whatever their case, scalars become strings where a string is wanted, and a wrong type is refused in Go's words.

import { type Json, type JsonObject, parseYaml } from '@evenkeel/resource';

import { jsonTypeName } from '../values/yaml-values.ts';
import type { ChartLock, ChartMetadata, Dependency, ImportValue, Maintainer } from './chart.ts';

/** Thrown for a wrong type, worded as encoding/json words it. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Decodes Chart.yaml, or a requirements.yaml over what Chart.yaml said. Throws DecodeError or YamlError. */
export function decodeMetadata(text: string, into: ChartMetadata = emptyMetadata()): ChartMetadata {
  const reader = structOf(text, 'v2.Metadata', 'Metadata');
  if (reader === undefined) return into;
  const metadata: ChartMetadata = {
    name: reader.string('name', into.name),
    home: reader.string('home', into.home),
    sources: reader.strings('sources') ?? into.sources,
    version: reader.string('version', into.version),
    description: reader.string('description', into.description),
    keywords: reader.strings('keywords') ?? into.keywords,
    maintainers: reader.structs('maintainers', decodeMaintainer) ?? into.maintainers,
    icon: reader.string('icon', into.icon),
    apiVersion: reader.string('apiVersion', into.apiVersion),
    condition: reader.string('condition', into.condition),
    tags: reader.string('tags', into.tags),
    appVersion: reader.string('appVersion', into.appVersion),
    deprecated: reader.boolean('deprecated', into.deprecated),
    annotations: reader.stringMap('annotations') ?? into.annotations,
    kubeVersion: reader.string('kubeVersion', into.kubeVersion),
    dependencies: reader.structs('dependencies', decodeDependency) ?? into.dependencies,
    type: reader.string('type', into.type),
  };
  reader.finish();
  return metadata;
}

/** Decodes Chart.lock or requirements.lock. Throws DecodeError or YamlError. */
export function decodeLock(text: string): ChartLock {
  const reader = structOf(text, 'v2.Lock', 'Lock');
  if (reader === undefined) return { generated: '', digest: '', dependencies: [] };
  const lock = {
    generated: reader.string('generated', ''),
    digest: reader.string('digest', ''),
    dependencies: (reader.structs('dependencies', decodeDependency) ?? []).filter((entry) => entry !== undefined),
  };
  reader.finish();
  return lock;
}

/** A Chart.yaml that says nothing. */
export function emptyMetadata(): ChartMetadata {
  return {
    name: '',
    home: '',
    sources: undefined,
    version: '',
    description: '',
    keywords: undefined,
    maintainers: undefined,
    icon: '',
    apiVersion: '',
    condition: '',
    tags: '',
    appVersion: '',
    deprecated: false,
    annotations: undefined,
    kubeVersion: '',
    dependencies: undefined,
    type: '',
  };
}

function decodeMaintainer(reader: StructReader): Maintainer {
  return { name: reader.string('name', ''), email: reader.string('email', ''), url: reader.string('url', '') };
}

function decodeDependency(reader: StructReader): Dependency {
  return {
    name: reader.string('name', ''),
    version: reader.string('version', ''),
    repository: reader.string('repository', ''),
    condition: reader.string('condition', ''),
    tags: reader.strings('tags') ?? [],
    enabled: reader.boolean('enabled', false),
    importValues: reader.list('import-values').flatMap(decodeImport),
    alias: reader.string('alias', ''),
  };
}

/** Helm prints whatever stands at child and parent with %v, so that a missing one becomes "<nil>". */
function decodeImport(entry: Json): ImportValue[] {
  if (typeof entry === 'string') return [entry];
  if (!isObject(entry)) return [];
  const show = (member: Json | undefined): string =>
    member === undefined || member === null
      ? '<nil>'
      : typeof member === 'object'
        ? JSON.stringify(member)
        : String(member);
  return [{ child: show(entry['child']), parent: show(entry['parent']) }];
}

function structOf(text: string, goType: string, structName: string): StructReader | undefined {
  const json = parseYaml(text, { dialect: 'sigs' }) ?? null;
  if (json === null) return undefined;
  if (!isObject(json)) {
    throw new DecodeError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonTypeName(json)} into Go value of type ${goType}`,
    );
  }
  return new StructReader(json, structName, '', []);
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Reads the fields of one object. Mistakes are collected, as Go reports the first one in the order of the JSON keys. */
class StructReader {
  private readonly members = new Map<string, Json>();
  private readonly struct: string;
  private readonly path: string;
  private readonly mistakes: { path: string; message: string }[];

  constructor(json: JsonObject, struct: string, path: string, mistakes: { path: string; message: string }[]) {
    this.struct = struct;
    this.path = path;
    this.mistakes = mistakes;
    const exact = new Set<string>();
    for (const [key, value] of Object.entries(json)) {
      if (value === undefined) continue;
      const name = key.toLowerCase();
      if (exact.has(name) && !KNOWN_NAMES.has(key)) continue;
      if (KNOWN_NAMES.has(key)) exact.add(name);
      this.members.set(name, value);
    }
  }

  finish(): void {
    const [first] = this.mistakes.sort((left, right) => (left.path < right.path ? -1 : 1));
    if (first !== undefined)
      throw new DecodeError(`error unmarshaling JSON: while decoding JSON: json: ${first.message}`);
  }

  string(name: string, fallback: string): string {
    const value = this.members.get(name.toLowerCase());
    if (value === undefined || value === null) return fallback;
    if (typeof value !== 'object') return scalarText(value);
    return this.wrong(name, value, 'string') ?? fallback;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.members.get(name.toLowerCase());
    if (value === undefined || value === null) return fallback;
    return typeof value === 'boolean' ? value : (this.wrong(name, value, 'bool') ?? fallback);
  }

  list(name: string): readonly Json[] {
    const value = this.members.get(name.toLowerCase());
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : (this.wrong(name, value, '[]interface {}') ?? []);
  }

  strings(name: string): string[] | undefined {
    const value = this.members.get(name.toLowerCase());
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return this.wrong(name, value, '[]string');
    return value.map((item: Json) => {
      if (item === null) return '';
      return typeof item === 'object' ? (this.wrong(name, item, 'string') ?? '') : scalarText(item);
    });
  }

  stringMap(name: string): ReadonlyMap<string, string> | undefined {
    const value = this.members.get(name.toLowerCase());
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) return this.wrong(name, value, 'map[string]string');
    const map = new Map<string, string>();
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      if (member === null) map.set(key, '');
      else if (typeof member === 'object') this.wrong(name, member, 'string');
      else map.set(key, scalarText(member));
    }
    return map;
  }

  structs<T>(name: string, decode: (reader: StructReader) => T): T[] | undefined {
    const value = this.members.get(name.toLowerCase());
    if (value === undefined || value === null) return undefined;
    const goName = name === 'maintainers' ? 'Maintainer' : 'Dependency';
    if (!Array.isArray(value)) return this.wrong(name, value, `[]*v2.${goName}`);
    return value.flatMap((item: Json) => {
      // A null entry stays as a hole, which validation refuses in its own words.
      if (item === null) return [undefined as T];
      if (!isObject(item)) {
        this.wrong(name, item, `v2.${goName}`);
        return [];
      }
      return [decode(new StructReader(item, goName, this.pathOf(name), this.mistakes))];
    });
  }

  private pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  private wrong(name: string, value: Json, wanted: string): undefined {
    const path = this.pathOf(name);
    const message = `cannot unmarshal ${jsonTypeName(value)} into Go struct field ${this.struct}.${path} of type ${wanted}`;
    this.mistakes.push({ path, message });
    return undefined;
  }
}

/** The exact names, which win over names that only match when case is ignored. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(emptyMetadata()),
  'repository',
  'import-values',
  'alias',
  'enabled',
  'email',
  'url',
  'generated',
  'digest',
]);

/** How sigs.k8s.io/yaml writes a scalar into a string field. */
function scalarText(value: string | number | bigint | boolean): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 6) return String(value);
  const [digits = '', power = '0'] = value.toExponential().split('e');
  return `${digits}e${power.startsWith('-') ? '-' : '+'}${power.replace(/^[+-]/, '').padStart(2, '0')}`;
}
