// One object on its way through a build: a YAML tree with the notes kustomize keeps in its annotations
// (api:resource/resource.go, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import { clearField, mappingAt, metadataMap, setAnnotation, setField, setMetadataMap } from '../nodes/edit.ts';
import { copyNode, fieldOf, isNilOrEmpty, makeScalar } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';
import * as notes from './build-annotations.ts';
import { type ResId, effectiveNamespace, isClusterScopedKind, parseGroupVersion } from './res-id.ts';

/** What a generator does to a resource that is there already. */
export type Behavior = 'unspecified' | 'create' | 'replace' | 'merge';

const ENABLED = 'enabled';

/** An object that is being built. Its node goes away when a patch deletes it. */
export class Resource {
  #node: YamlNode | undefined;
  /** Names of vars that read from this resource. */
  readonly refVarNames: string[] = [];

  constructor(node: YamlNode) {
    this.#node = node;
  }

  /** The tree; only to be called while the resource is there. */
  get node(): YamlNode {
    if (this.#node === undefined) throw new KustomizeError('TRANSFORMER', 'resource was deleted');
    return this.#node;
  }

  /** True once a patch has deleted it or made it empty. */
  get isEmpty(): boolean {
    return isNilOrEmpty(this.#node);
  }

  /** Puts another tree in its place; undefined deletes. */
  replaceNode(node: YamlNode | undefined): void {
    this.#node = node;
  }

  get kind(): string {
    return fieldOf(this.#node, 'kind')?.value ?? '';
  }

  get apiVersion(): string {
    return fieldOf(this.#node, 'apiVersion')?.value ?? '';
  }

  get name(): string {
    return this.#metadataText('name');
  }

  get namespace(): string {
    return this.#metadataText('namespace');
  }

  #metadataText(field: string): string {
    const metadata = fieldOf(this.#node, 'metadata');
    if (isNilOrEmpty(metadata)) return '';
    const value = fieldOf(metadata, field);
    return value === undefined || isNilOrEmpty(value) ? '' : value.value;
  }

  /** The identity it has now. */
  curId(): ResId {
    const apiVersion = this.apiVersion;
    const kind = this.kind;
    return {
      ...parseGroupVersion(apiVersion),
      kind,
      name: this.name,
      namespace: this.namespace,
      clusterScoped: isClusterScopedKind(apiVersion, kind),
    };
  }

  /** The identities it had before each renaming, oldest first. */
  prevIds(): readonly ResId[] {
    const names = this.annotation(notes.PREVIOUS_NAMES);
    if (names === undefined) return [];
    const name = names.split(',');
    const namespace = (this.annotation(notes.PREVIOUS_NAMESPACES) ?? '').split(',');
    const kind = (this.annotation(notes.PREVIOUS_KINDS) ?? '').split(',');
    if (name.length !== namespace.length || name.length !== kind.length) {
      throw new KustomizeError(
        'TRANSFORMER',
        'number of previous names, number of previous namespaces, number of previous kinds not equal',
      );
    }
    const gv = parseGroupVersion(this.apiVersion);
    return name.map((each, index) => ({
      ...gv,
      kind: kind[index] ?? '',
      name: each,
      namespace: namespace[index] ?? '',
      clusterScoped: false,
    }));
  }

  /** The identity it had when it was loaded. */
  orgId(): ResId {
    return this.prevIds()[0] ?? this.curId();
  }

  /** Notes the present identity before it changes. */
  storePreviousId(): void {
    const id = this.curId();
    this.#appendNote(notes.PREVIOUS_NAMES, id.name);
    this.#appendNote(notes.PREVIOUS_NAMESPACES, effectiveNamespace(id));
    this.#appendNote(notes.PREVIOUS_KINDS, id.kind);
  }

  setName(name: string): void {
    setField(mappingAt(this.node, 'metadata'), 'name', makeScalar(name));
  }

  setKind(kind: string): void {
    setField(this.node, 'kind', makeScalar(kind));
  }

  setApiVersion(apiVersion: string): void {
    setField(this.node, 'apiVersion', makeScalar(apiVersion));
  }

  setNamespace(namespace: string): void {
    if (namespace !== '') {
      setField(mappingAt(this.node, 'metadata'), 'namespace', makeScalar(namespace));
      return;
    }
    const metadata = fieldOf(this.node, 'metadata');
    if (metadata !== undefined) clearField(metadata, 'namespace');
  }

  /** One annotation as written; undefined where absent. */
  annotation(key: string): string | undefined {
    const metadata = fieldOf(this.#node, 'metadata');
    if (isNilOrEmpty(metadata)) return undefined;
    return fieldOf(fieldOf(metadata, 'annotations'), key)?.value;
  }

  annotations(): Map<string, string> {
    return metadataMap(this.node, 'annotations');
  }

  setAnnotations(pairs: ReadonlyMap<string, string>): void {
    setMetadataMap(this.node, 'annotations', pairs);
  }

  labels(): Map<string, string> {
    return metadataMap(this.node, 'labels');
  }

  setLabels(pairs: ReadonlyMap<string, string>): void {
    setMetadataMap(this.node, 'labels', pairs);
  }

  #appendNote(key: string, value: string): void {
    if (value === '') return;
    const before = this.annotation(key);
    setAnnotation(this.node, key, before === undefined ? value : `${before},${value}`);
  }

  #notes(key: string): readonly string[] {
    return this.annotation(key)?.split(',') ?? [];
  }

  #enable(key: string): void {
    const annotations = this.annotations();
    annotations.set(key, ENABLED);
    this.setAnnotations(annotations);
  }

  addPrefix(prefix: string): void {
    this.#appendNote(notes.PREFIXES, prefix);
  }

  addSuffix(suffix: string): void {
    this.#appendNote(notes.SUFFIXES, suffix);
  }

  prefixes(): readonly string[] {
    return this.#notes(notes.PREFIXES);
  }

  suffixes(): readonly string[] {
    return this.#notes(notes.SUFFIXES);
  }

  get needsHashSuffix(): boolean {
    return this.annotation(notes.NEEDS_HASH_SUFFIX) === ENABLED;
  }

  enableHashSuffix(): void {
    this.#enable(notes.NEEDS_HASH_SUFFIX);
  }

  get nameChangeAllowed(): boolean {
    return this.annotation(notes.ALLOW_NAME_CHANGE) === ENABLED;
  }

  allowNameChange(): void {
    this.#enable(notes.ALLOW_NAME_CHANGE);
  }

  get kindChangeAllowed(): boolean {
    return this.annotation(notes.ALLOW_KIND_CHANGE) === ENABLED;
  }

  allowKindChange(): void {
    this.#enable(notes.ALLOW_KIND_CHANGE);
  }

  get behavior(): Behavior {
    return behaviorOf(this.annotation(notes.GENERATOR_BEHAVIOR) ?? '');
  }

  setBehavior(behavior: Behavior): void {
    const annotations = this.annotations();
    annotations.set(notes.GENERATOR_BEHAVIOR, behavior);
    this.setAnnotations(annotations);
  }

  /** An independent copy. */
  deepCopy(): Resource {
    const copy = new Resource(copyNode(this.node));
    copy.refVarNames.push(...this.refVarNames);
    return copy;
  }

  /** Takes over labels, annotations, name and namespace of `other` where it has none of its own. */
  copyMergeMetadataFrom(other: Resource): void {
    this.setLabels(new Map([...other.labels(), ...this.labels()]));
    const own = this.annotations();
    const theirs = other.annotations();
    const merged = new Map([...theirs, ...own]);
    for (const key of notes.BUILD_ANNOTATIONS) {
      const note = theirs.get(key);
      if (note === undefined) merged.delete(key);
      else merged.set(key, note);
    }
    if (!own.has(notes.NEEDS_HASH_SUFFIX)) merged.delete(notes.NEEDS_HASH_SUFFIX);
    this.setAnnotations(merged);
    this.setName(other.name);
    this.setNamespace(other.namespace);
    this.refVarNames.splice(0, this.refVarNames.length, ...other.refVarNames);
  }

  /** Annotations with which tools talk to each other; they survive a JSON patch. */
  internalAnnotations(): Map<string, string> {
    const kept = new Map<string, string>();
    for (const [key, value] of this.annotations()) {
      const legacy =
        key === 'config.kubernetes.io/path' || key === 'config.kubernetes.io/index' || key === 'config.k8s.io/id';
      if (legacy || key.startsWith(notes.INTERNAL_PREFIX)) kept.set(key, value);
    }
    return kept;
  }

  /** Removes kustomize's own notes; the remaining annotations become strings, as in the original. */
  removeBuildAnnotations(): void {
    const annotations = this.annotations();
    if (annotations.size === 0) return;
    for (const key of notes.BUILD_ANNOTATIONS) annotations.delete(key);
    this.setAnnotations(annotations);
  }

  /** Removes one annotation; what is left is written anew even where nothing was removed. */
  dropAnnotation(key: string): void {
    const annotations = this.annotations();
    annotations.delete(key);
    this.setAnnotations(annotations);
  }
}

/** Reads a behavior; an unknown word is unspecified. */
export function behaviorOf(text: string): Behavior {
  return text === 'create' || text === 'replace' || text === 'merge' ? text : 'unspecified';
}
