// images: new names, tags and digests for container images (api:filters/imagetag, internal/image, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import type { FieldSpec } from '../config/field-specs.ts';
import type { ImageEntry } from '../kustomization/types.ts';
import { setScalar } from '../nodes/edit.ts';
import type { Touch } from '../nodes/touch.ts';
import { type Node, demandKind, fieldOf, isNull, makeScalar } from '../nodes/tree.ts';
import { type Pattern, imagePattern } from '../resources/pattern.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import { walkFieldSpec } from './field-walk.ts';

/** One entry of `images`, and where images are. */
export interface ImageTransform {
  readonly image: ImageEntry;
  readonly fieldSpecs: readonly FieldSpec[];
  readonly touch?: Touch;
}

/** An image reference taken apart. */
export interface ImageParts {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

/** Rewrites matching images in containers anywhere, and at the field specs. CRDs are left alone. */
export function setImages(map: ResourceMap, transform: ImageTransform): void {
  const set = imageSetter(transform);
  for (const resource of map.resources) {
    if (resource.kind === 'CustomResourceDefinition') continue;
    visitContainers(resource.node, set);
  }
  for (const resource of map.resources) {
    if (resource.kind === 'CustomResourceDefinition') continue;
    for (const spec of transform.fieldSpecs) walkFieldSpec(resource.node, spec, set);
  }
}

type Set = (node: YamlNode) => void;

function visitContainers(node: YamlNode, set: Set): void {
  if (node.kind === 'sequence') {
    for (const item of node.content) visitContainers(item, set);
    return;
  }
  if (node.kind !== 'mapping') return;
  const content = node.content;
  for (let index = 0; index + 1 < content.length; index += 2) {
    const key = content[index];
    const value = content[index + 1];
    if (key === undefined || value === undefined) continue;
    if (value.content.length > 0) visitContainers(value, set);
    if (key.value === 'containers' || key.value === 'initContainers') setContainers(value, set);
  }
}

function setContainers(list: YamlNode, set: Set): void {
  if (list.kind !== 'sequence') return;
  for (const container of list.content) {
    if (isNull(container)) continue;
    demandKind(container, 'mapping');
    const image = fieldOf(container, 'image');
    if (image !== undefined) set(image);
  }
}

function imageSetter(transform: ImageTransform): Set {
  let matches: Pattern | undefined;
  return (node) => {
    demandKind(node, 'scalar');
    matches ??= imagePattern(transform.image.name ?? '');
    if (!matches(node.value)) return;
    const value: Node = makeScalar(imageText(changeImage(splitImage(node.value), transform.image)));
    if (transform.touch !== undefined) value.trail = [transform.touch];
    setScalar(node, value);
  };
}

/** Takes `registry:5000/name:tag@digest` apart. */
export function splitImage(image: string): ImageParts {
  const slash = Math.max(image.indexOf('/'), 0);
  const rest = image.slice(slash);
  const at = rest.indexOf('@');
  const colon = rest.indexOf(':');
  if (at < 0 && colon < 0) return { name: image, tag: '', digest: '' };
  if (at >= 0 && (colon < 0 || at < colon)) {
    return { name: image.slice(0, slash + at), tag: '', digest: rest.slice(at).replace(/^@/, '') };
  }
  const end = at < 0 ? rest.length : at;
  return {
    name: image.slice(0, slash + colon),
    tag: rest.slice(colon + 1, end),
    digest: at < 0 ? '' : rest.slice(at + 1),
  };
}

/** Applies an entry to an image that matches it. */
export function changeImage(image: ImageParts, entry: ImageEntry): ImageParts {
  const name = entry.newName || image.name;
  const { newTag = '', digest = '', tagSuffix = '' } = entry;
  if (newTag !== '') return { name, tag: newTag, digest };
  if (digest !== '') return { name, tag: '', digest };
  if (tagSuffix !== '') return { name, tag: image.tag + tagSuffix, digest: '' };
  return { ...image, name };
}

/** Joins the parts again. */
export function imageText(image: ImageParts): string {
  return image.name + (image.tag === '' ? '' : `:${image.tag}`) + (image.digest === '' ? '' : `@${image.digest}`);
}
