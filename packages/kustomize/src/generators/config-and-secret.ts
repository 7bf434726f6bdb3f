// configMapGenerator and secretGenerator (api:internal/generators, resource/factory.go MakeConfigMap, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import type { GeneratorEntry, GeneratorOptions } from '../kustomization/types.ts';
import type { Loader } from '../loader/loader.ts';
import { encodeBase64Lines } from '../nodes/base64.ts';
import { byCodePoint, mappingAt, setAnnotation, setField, setLabel } from '../nodes/edit.ts';
import { type Node, TAG_BOOL, TAG_STR, fieldOf, makeCollection, makeScalar, makeString } from '../nodes/tree.ts';
import { KustomizeError, prefixed } from '../problems.ts';
import { binaryValue, dataValue } from '../resources/merge-data.ts';
import { Resource, behaviorOf } from '../resources/resource.ts';
import { type Pair, type TouchAt, loadPairs } from './key-values.ts';

/** What is generated. */
export type GeneratedKind = 'ConfigMap' | 'Secret';

const encoder = new TextEncoder();

/** Joins the options of one entry with those for all. */
export function joinOptions(
  own: GeneratorOptions | undefined,
  global: GeneratorOptions | undefined,
): GeneratorOptions | undefined {
  if (global === undefined) return own;
  return {
    labels: { ...global.labels, ...own?.labels },
    annotations: { ...global.annotations, ...own?.annotations },
    disableNameSuffixHash: own?.disableNameSuffixHash === true || global.disableNameSuffixHash === true,
    immutable: own?.immutable === true || global.immutable === true,
  };
}

/** Makes the resource of one entry. Throws KustomizeError. */
export function generate(kind: GeneratedKind, entry: GeneratorEntry, loader: Loader, touchAt?: TouchAt): Resource {
  const root = makeCollection('mapping');
  setField(root, 'apiVersion', makeScalar('v1', TAG_STR));
  setField(root, 'kind', makeScalar(kind, TAG_STR));
  setMetadata(root, entry, touchAt);
  if (kind === 'Secret') setField(root, 'type', marked(makeString(entry.type || 'Opaque'), touchAt, ['type']));
  const pairs = uniquePairs(loader, entry, touchAt);
  if (kind === 'Secret') setSecretData(root, pairs);
  else setConfigData(root, pairs);
  applyOptions(root, entry.options, touchAt);
  const resource = new Resource(root);
  if (entry.options?.disableNameSuffixHash !== true) resource.enableHashSuffix();
  resource.setBehavior(behaviorOf(entry.behavior ?? ''));
  return resource;
}

function marked(node: Node, touchAt: TouchAt, path: readonly (string | number)[]): YamlNode {
  if (touchAt !== undefined) node.trail = [touchAt(path)];
  return node;
}

function setMetadata(root: YamlNode, entry: GeneratorEntry, touchAt: TouchAt): void {
  if (entry.name === undefined || entry.name === '') {
    throw new KustomizeError('GENERATOR', 'a configmap must have a name');
  }
  const metadata = mappingAt(root, 'metadata');
  setField(metadata, 'name', marked(makeString(entry.name), touchAt, ['name']));
  if (entry.namespace) setField(metadata, 'namespace', marked(makeString(entry.namespace), touchAt, ['namespace']));
}

function uniquePairs(loader: Loader, entry: GeneratorEntry, touchAt: TouchAt): Pair[] {
  let pairs: Pair[];
  try {
    pairs = loadPairs(loader, entry, touchAt);
  } catch (error) {
    throw prefixed(error, 'loading KV pairs');
  }
  const seen = new Set<string>();
  for (const { key } of pairs) {
    if (seen.has(key)) {
      throw new KustomizeError('GENERATOR', `configmap ${entry.name ?? ''} illegally repeats the key \`${key}\``);
    }
    seen.add(key);
  }
  return pairs.sort((left, right) => byCodePoint(left.key, right.key));
}

function setConfigData(root: YamlNode, pairs: readonly Pair[]): void {
  for (const { key, value, touch } of pairs) {
    const isText = typeof value === 'string';
    const node: Node = isText ? dataValue(value) : binaryValue(value);
    if (touch !== undefined) node.trail = [touch];
    setField(mappingAt(root, isText ? 'data' : 'binaryData'), key, node);
  }
}

function setSecretData(root: YamlNode, pairs: readonly Pair[]): void {
  const data = mappingAt(root, 'data');
  for (const { key, value, touch } of pairs) {
    const node: Node = dataValue(encodeBase64Lines(typeof value === 'string' ? encoder.encode(value) : value));
    if (touch !== undefined) node.trail = [touch];
    setField(data, key, node);
  }
}

function applyOptions(root: YamlNode, options: GeneratorOptions | undefined, touchAt: TouchAt): void {
  if (options === undefined) return;
  for (const [field, set] of [
    ['labels', setLabel],
    ['annotations', setAnnotation],
  ] as const) {
    const pairs = options[field] ?? {};
    for (const key of Object.keys(pairs).sort(byCodePoint)) {
      set(root, key, pairs[key] ?? '');
      const node = fieldOf(fieldOf(fieldOf(root, 'metadata'), field), key);
      if (node !== undefined) marked(node, touchAt, ['options', field, key]);
    }
  }
  if (options.immutable === true) {
    setField(root, 'immutable', marked(makeScalar('true', TAG_BOOL), touchAt, ['options', 'immutable']));
  }
}
