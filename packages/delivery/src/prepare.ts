// From rendered objects to desired ones: in their namespace, marked as ours, with their turn. Problems are collected,
// not thrown: one bad object does not hide the other forty.

import { type DesiredObject, type Refusal, type SourcePosition, formatPosition } from '@evenkeel/engine';
import type { Discovery, ResourceType } from '@evenkeel/kube';
import { type KubeObject, type ObjectRef, gvkOf, parseApiVersion, refKey, refOf } from '@evenkeel/resource';
import type { Delivery, Farewell } from './model.ts';
import type { Warning } from './warning.ts';

/** A rendered object and where it stands in the source. */
export interface RenderedObject {
  readonly object: KubeObject;
  readonly at?: SourcePosition | undefined;
}

/** A desired object with the type it is served as; `type` is undefined while its definition is still to be applied. */
export interface PreparedObject {
  readonly desired: DesiredObject;
  readonly ref: ObjectRef;
  readonly key: string;
  readonly type: ResourceType | undefined;
  readonly at?: SourcePosition | undefined;
}

export interface Prepared {
  readonly objects: readonly PreparedObject[];
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly Warning[];
  /** Keys of objects of the source that are left alone: neither written nor compared, and no strays where they are live. */
  readonly spared: ReadonlySet<string>;
  /** What runs when the delivery goes. */
  readonly farewells: readonly FarewellObject[];
}

/** An object that runs when its delivery goes. */
export interface FarewellObject {
  readonly when: Farewell;
  readonly object: KubeObject;
  readonly type: ResourceType | undefined;
}

/** Prepares everything a delivery renders to. Asks discovery, which answers from memory. */
export async function prepareObjects(
  rendered: readonly RenderedObject[],
  delivery: Delivery,
  discovery: Discovery,
): Promise<Prepared> {
  const found: Findings = {
    byKey: new Map(),
    refusals: [],
    warnings: [],
    repeats: new Map(),
    farewells: [],
    spared: new Set(),
  };
  const definedHere = definedScopes(rendered);
  for (const [index, entry] of rendered.entries()) {
    const malformed = refuseMalformed(entry);
    if (malformed) {
      found.refusals.push(malformed);
      continue;
    }
    const gvk = gvkOf(entry.object);
    if (delivery.compare?.excludes(gvk) === true) {
      found.warnings.push({
        kind: 'excluded',
        sentence: `Resource ${gvk.group}/${gvk.kind} ${entry.object.metadata.name ?? ''} is excluded in the settings`,
      });
      continue;
    }
    const type = await discovery.resolve(gvk);
    const known = type?.namespaced ?? definedHere.get(`${gvk.group}/${gvk.version}/${gvk.kind}`);
    const namespaced = known ?? (waitsForKind(entry.object, delivery) ? true : undefined);
    if (namespaced === undefined) found.refusals.push(unknownKind(entry));
    else if (type && !isKept(type)) found.refusals.push(unkept(entry));
    else placeEntry({ entry, index, type, namespaced }, delivery, found);
  }
  const { byKey, repeats, warnings, ...rest } = found;
  return { objects: [...byKey.values()], warnings: [...warnings, ...repeated(repeats)], ...rest };
}

interface Findings {
  readonly byKey: Map<string, PreparedObject>;
  readonly refusals: Refusal[];
  readonly warnings: Warning[];
  /** How many more than one there are of an object. */
  readonly repeats: Map<string, number>;
  readonly farewells: FarewellObject[];
  readonly spared: Set<string>;
}

interface Entry {
  readonly entry: RenderedObject;
  readonly index: number;
  readonly type: ResourceType | undefined;
  readonly namespaced: boolean;
}

/** Gives an object its turns, its namespace and our mark. */
function placeEntry({ entry, index, type, namespaced }: Entry, delivery: Delivery, found: Findings): void {
  const { frontEnd, destination } = delivery;
  const located = inNamespace(entry.object, namespaced, destination.namespace);
  const placed = frontEnd.place(located);
  if (!isTurns(placed)) {
    found.refusals.push(placed);
    return;
  }
  for (const doubt of frontEnd.doubts?.(located) ?? []) {
    found.warnings.push({ kind: 'doubt', sentence: `${named(entry)} asks for what nobody knows: ${doubt}` });
  }
  if (placed.length === 0) found.spared.add(refKey(refOf(located)));
  for (const when of frontEnd.farewell?.(located) ?? []) {
    found.farewells.push({ when, object: frontEnd.mark(located, delivery, namespaced), type });
  }
  for (const turn of placed) {
    const object = frontEnd.mark(turn.object, delivery, namespaced);
    const ref = refOf(object);
    if (namespaced && ref.namespace === '') {
      found.refusals.push(noNamespace(entry));
      continue;
    }
    if (ref.name === '' && !turn.hook) {
      found.refusals.push(noName(entry));
      continue;
    }
    // Hooks whose names are generated are as many as they are written.
    const key = turn.hook ? `${turn.phase}:${refKey(ref)}${ref.name === '' ? index : ''}` : refKey(ref);
    if (found.byKey.has(key)) noteRepeated(found.repeats, ref);
    found.byKey.set(key, { desired: { ...turn, object }, ref, key, type, at: entry.at });
  }
}

function noteRepeated(repeats: Map<string, number>, { group, kind, namespace, name }: ObjectRef): void {
  const what = `${group}/${kind}/${namespace}/${name}`;
  repeats.set(what, (repeats.get(what) ?? 0) + 1);
}

/** What is there more than once, in upstream's words. */
function repeated(repeats: ReadonlyMap<string, number>): readonly Warning[] {
  return [...repeats].map(([what, more]) => ({
    kind: 'repeated',
    sentence: `Resource ${what} appeared ${more + 1} times among application resources.`,
  }));
}

/** True where a kind that is not served yet is waited for when its turn comes. */
function waitsForKind(object: KubeObject, { policy, frontEnd }: Delivery): boolean {
  return policy.skipUnknownKinds === true || frontEnd.optionsOf?.(object)?.skipRehearsal === true;
}

function isTurns(placed: readonly DesiredObject[] | Refusal): placed is readonly DesiredObject[] {
  return Array.isArray(placed);
}

/** Scope by group/version/kind of the custom types that this very source defines. */
function definedScopes(rendered: readonly RenderedObject[]): ReadonlyMap<string, boolean> {
  const scopes = new Map<string, boolean>();
  for (const { object } of rendered) {
    if (object.kind !== 'CustomResourceDefinition') continue;
    const spec = object['spec'] as
      | {
          readonly group?: string;
          readonly scope?: string;
          readonly names?: { readonly kind?: string };
          readonly versions?: readonly { readonly name?: string }[];
        }
      | undefined;
    for (const version of spec?.versions ?? []) {
      scopes.set(`${spec?.group}/${version.name}/${spec?.names?.kind}`, spec?.scope === 'Namespaced');
    }
  }
  return scopes;
}

function inNamespace(object: KubeObject, namespaced: boolean, target: string): KubeObject {
  const { namespace, ...rest } = object.metadata;
  if (!namespaced) return namespace === undefined ? object : { ...object, metadata: rest };
  if (namespace !== undefined && namespace !== '') return object;
  return target === '' ? object : { ...object, metadata: { ...object.metadata, namespace: target } };
}

function refuseMalformed({ object, at }: RenderedObject): Refusal | undefined {
  const where = at ? `${formatPosition(at)}: ` : '';
  const say = (what: string, remedy: string): Refusal => ({
    code: 'INVALID_OBJECT',
    sentence: where + what,
    remedy,
    at,
  });
  if (typeof object.kind !== 'string' || object.kind === '') return say('the object has no kind', 'Add "kind:".');
  if (typeof object.apiVersion !== 'string' || object.apiVersion === '') {
    return say(`${object.kind} has no apiVersion`, 'Add "apiVersion:".');
  }
  const { name, generateName, annotations, labels } = object.metadata ?? {};
  if (!name && !generateName) return say(`${object.kind} has no metadata.name`, 'Add "name:" under "metadata:".');
  const odd = oddEntry('annotation', annotations) ?? oddEntry('label', labels);
  return odd && say(`${object.kind} "${name ?? generateName}" has ${odd.what}`, odd.remedy);
}

interface Odd {
  /** The end of a sentence. */
  readonly what: string;
  readonly remedy: string;
}

/** What of annotations or labels is no text. Only null and text get through the server. */
function oddEntry(word: string, map: unknown): Odd | undefined {
  if (map === undefined || map === null) return undefined;
  if (typeof map !== 'object' || Array.isArray(map)) {
    return { what: `metadata.${word}s that are no map`, remedy: 'Write each as "name: value".' };
  }
  const odd = Object.entries(map).find(([, value]) => value !== null && typeof value !== 'string');
  if (odd === undefined) return undefined;
  const [key, value] = odd;
  return {
    what: `the ${word} ${key}: ${JSON.stringify(value)}, which is no text`,
    remedy: 'Write it as text, in quotes.',
  };
}

/** "apps/x.yaml:12: Job "migrate"". */
function named({ object, at }: RenderedObject): string {
  return `${at ? `${formatPosition(at)}: ` : ''}${object.kind} "${object.metadata.name ?? ''}"`;
}

function unknownKind({ object, at }: RenderedObject): Refusal {
  const { group, version } = parseApiVersion(object.apiVersion);
  return {
    code: 'UNKNOWN_KIND',
    sentence: `${named({ object, at })}: the cluster serves no kind "${object.kind}" in version "${version}"${group === '' ? '' : ` of group "${group}"`}`,
    remedy: 'Correct the spelling of apiVersion and kind, or install the CustomResourceDefinition first.',
    at,
    about: { ...refOf(object), version },
  };
}

/** Reviews, bindings and their like can only be created: there is nothing to compare with, and nothing to watch. */
function isKept({ verbs }: ResourceType): boolean {
  return verbs.length === 0 || verbs.includes('list');
}

function unkept({ object, at }: RenderedObject): Refusal {
  return {
    code: 'INVALID_OBJECT',
    sentence: `${named({ object, at })}: the cluster keeps no objects of this kind`,
    remedy: 'Leave it out of the source; who needs its answer asks for it from a Job.',
    at,
  };
}

function noName({ object, at }: RenderedObject): Refusal {
  return {
    code: 'INVALID_OBJECT',
    sentence: `${at ? `${formatPosition(at)}: ` : ''}${object.kind} "${object.metadata.generateName ?? ''}" has metadata.generateName and no name, which only a hook may have`,
    remedy: 'Give it a name, or make it a hook.',
    at,
  };
}

function noNamespace({ object, at }: RenderedObject): Refusal {
  return {
    code: 'INVALID_OBJECT',
    sentence: `${named({ object, at })} has no namespace, and the destination names none`,
    remedy: 'Set a destination namespace, or metadata.namespace in the manifest.',
    at,
  };
}
