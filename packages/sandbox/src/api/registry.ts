// Which types are served right now: the built-in ones, and what CustomResourceDefinitions add and take away.

import { builtinServedTypes } from './builtin-types.ts';
import { type ServedType, apiVersionOf } from './served-type.ts';

/** The types served, by path and by kind. */
export class Registry {
  readonly #byPath = new Map<string, ServedType>();
  readonly #byKind = new Map<string, ServedType>();
  readonly #groupVersions = new Map<string, ServedType[]>();
  /** Grows with every change of custom types; discovery and OpenAPI documents are cached by it. */
  generation = 0;

  constructor() {
    for (const type of builtinServedTypes()) this.#add(type);
  }

  /** By group, version and plural. */
  byPath(group: string, version: string, plural: string): ServedType | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  byKind(group: string, version: string, kind: string): ServedType | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`);
  }

  /** Any version of a type, the most preferred first. */
  anyVersion(group: string, kind: string): ServedType | undefined {
    return this.all().find((type) => type.group === group && type.kind === kind);
  }

  /** One served type of a collection. */
  byCollection(collection: string): ServedType | undefined {
    return this.all().find((type) => type.collection === collection);
  }

  /** The types of a group version, or undefined where it is not served. */
  groupVersion(group: string, version: string): readonly ServedType[] | undefined {
    return this.#groupVersions.get(`${group}/${version}`);
  }

  all(): readonly ServedType[] {
    return [...this.#byPath.values()];
  }

  /** Groups and their versions in discovery order, built-in ones first, versions most preferred first. */
  groups(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    for (const types of this.#groupVersions.values()) {
      const first = types[0];
      if (first === undefined) continue;
      const versions = groups.get(first.group) ?? [];
      versions.push(first.version);
      groups.set(first.group, versions);
    }
    for (const [group, versions] of groups) {
      if (this.all().some((type) => type.group === group && type.custom !== undefined)) versions.sort(compareVersions);
    }
    return groups;
  }

  /** Replaces what one CustomResourceDefinition serves; an empty list takes it away. */
  setCustom(crd: string, types: readonly ServedType[]): void {
    for (const type of this.all()) if (type.custom?.crd === crd) this.#remove(type);
    for (const type of types) this.#add(type);
    this.generation++;
  }

  #add(type: ServedType): void {
    this.#byPath.set(`${apiVersionKey(type)}/${type.plural}`, type);
    this.#byKind.set(`${apiVersionKey(type)}/${type.kind}`, type);
    const siblings = this.#groupVersions.get(apiVersionKey(type));
    if (siblings === undefined) this.#groupVersions.set(apiVersionKey(type), [type]);
    else siblings.push(type);
  }

  #remove(type: ServedType): void {
    this.#byPath.delete(`${apiVersionKey(type)}/${type.plural}`);
    this.#byKind.delete(`${apiVersionKey(type)}/${type.kind}`);
    const siblings = this.#groupVersions.get(apiVersionKey(type)) ?? [];
    const rest = siblings.filter((sibling) => sibling !== type);
    if (rest.length === 0) this.#groupVersions.delete(apiVersionKey(type));
    else this.#groupVersions.set(apiVersionKey(type), rest);
  }
}

/** Kubernetes' version priority: GA before beta before alpha, higher numbers first, other names last by name. */
export function compareVersions(a: string, b: string): number {
  const left = versionRank(a);
  const right = versionRank(b);
  for (let index = 0; index < left.length; index++) {
    const difference = (right[index] ?? 0) - (left[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function versionRank(version: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  const stability = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}

function apiVersionKey(type: ServedType): string {
  return type.group === '' ? `/${type.version}` : apiVersionOf(type);
}
