// Walks the path of a field spec through an object and hands every place it leads to to a setter
// (api:filters/fieldspec/fieldspec.go, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import type { FieldSpec } from '../config/field-specs.ts';
import { lookup, lookupCreate, type CreatedKind } from '../nodes/paths.ts';
import { TAG_MAP, TAG_NULL, fieldOf } from '../nodes/tree.ts';
import { NodeKindError } from '../nodes/tree.ts';
import { KustomizeError, reworded } from '../problems.ts';
import { idText, parseGroupVersion } from '../resources/res-id.ts';

/** Changes the node at the end of a path. */
export type Setter = (node: YamlNode) => void;

/** What to make where a path ends in nothing, for specs that may create. */
export interface Creation {
  readonly kind: CreatedKind;
  readonly tag: string;
}

/** Applies `set` to every node that the spec selects in an object of a matching kind. */
export function walkFieldSpec(root: YamlNode, spec: FieldSpec, set: Setter, creation?: Creation): void {
  if (!kindMatches(root, spec)) return;
  try {
    new FieldWalk(spec, set, spec.create ? creation : undefined).visit(root, 0);
  } catch (error) {
    throw described(error, root, spec);
  }
}

function kindMatches(root: YamlNode, spec: FieldSpec): boolean {
  if (spec.kind !== '' && spec.kind !== fieldOf(root, 'kind')?.value) return false;
  if (spec.group === '' && spec.version === '') return true;
  const { group, version } = parseGroupVersion(fieldOf(root, 'apiVersion')?.value ?? '');
  return (spec.group === '' || spec.group === group) && (spec.version === '' || spec.version === version);
}

function described(error: unknown, root: YamlNode, spec: FieldSpec): unknown {
  if (!(error instanceof KustomizeError)) return error;
  const metadata = fieldOf(root, 'metadata');
  const id = idText({
    ...parseGroupVersion(fieldOf(root, 'apiVersion')?.value ?? ''),
    kind: fieldOf(root, 'kind')?.value ?? '',
    name: fieldOf(metadata, 'name')?.value ?? '',
    namespace: fieldOf(metadata, 'namespace')?.value ?? '',
    clusterScoped: false,
  });
  const message = `considering field '${spec.path}' of object ${id}: ${error.message}`;
  return error instanceof NodeKindError ? new WalkKindError(error, message) : reworded(error, message);
}

/** A NodeKindError with the walk around it; the namespace transformer asks for its kind. */
export class WalkKindError extends KustomizeError {
  readonly actual: YamlNode['kind'];
  constructor(inner: NodeKindError, message: string) {
    super(inner.code, message, inner);
    this.actual = inner.actual;
  }
}

class FieldWalk {
  readonly #parts: readonly string[];
  readonly #set: Setter;
  readonly #creation: Creation | undefined;

  constructor(spec: FieldSpec, set: Setter, creation: Creation | undefined) {
    this.#parts = spec.parts;
    this.#set = set;
    this.#creation = creation;
  }

  visit(node: YamlNode, index: number): void {
    if (index === this.#parts.length) {
      this.#set(node);
      return;
    }
    if (node.tag === TAG_NULL) return;
    switch (node.kind) {
      case 'mapping':
        this.#visitMap(node, index);
        return;
      case 'sequence':
        this.#visitSequence(node, index);
        return;
      case 'alias':
        if (node.alias !== undefined) this.visit(node.alias, index);
        return;
      case 'scalar':
      case 'document':
        throw new KustomizeError('TRANSFORMER', 'expected sequence or mapping node', node);
    }
  }

  #visitSequence(node: YamlNode, index: number): void {
    for (const item of node.content) {
      try {
        this.visit(item, index);
      } catch (error) {
        if (!(error instanceof KustomizeError) || error instanceof NodeKindError) throw error;
        throw reworded(error, `visit traversal on path: [${this.#parts.slice(index).join(' ')}]: ${error.message}`);
      }
    }
  }

  #visitMap(node: YamlNode, index: number): void {
    const part = this.#parts[index] ?? '';
    const isList = part.endsWith('[]');
    const name = isList ? part.slice(0, -2) : part;
    if (name === '') throw new KustomizeError('TRANSFORMER', 'cannot set or create an empty field name', node);
    const made = this.#madeAt(index, isList);
    const field = made.create === undefined ? find(node, name) : (find(node, name) ?? make(node, name, made.create));
    if (field === undefined) return;
    if (field.tag === TAG_NULL && made.kind !== undefined) {
      field.kind = made.kind;
      field.tag = made.tag;
    }
    this.visit(field, index + 1);
  }

  #madeAt(index: number, isList: boolean): { create?: CreatedKind; kind?: CreatedKind; tag: string } {
    const creation = this.#creation;
    if (creation === undefined || isList) return isList ? { kind: 'sequence', tag: '' } : { tag: '' };
    if (index === this.#parts.length - 1) return { create: creation.kind, kind: creation.kind, tag: creation.tag };
    return { create: 'mapping', kind: 'mapping', tag: TAG_MAP };
  }
}

const SPECIAL = /^[\s\d*[+-]|\s$/;

function find(node: YamlNode, name: string): YamlNode | undefined {
  return SPECIAL.test(name) ? lookup(node, [name]) : fieldOf(node, name);
}

function make(node: YamlNode, name: string, kind: CreatedKind): YamlNode | undefined {
  return lookupCreate(node, [name], kind);
}
