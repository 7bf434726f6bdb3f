// Selectors of patches, replacements and plugins: anchored patterns for group, version, kind, name and namespace, and
// selectors of labels and annotations (api:types/selector.go, v0.21.1).

import type { YamlNode } from '@evenkeel/resource';

import { metadataMap } from '../nodes/edit.ts';
import { parseLabelSelector } from './label-selector.ts';
import { wholePattern } from './pattern.ts';
import type { Gvk } from './res-id.ts';

/** A selector as written; an absent part selects everything. */
export interface Selector {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotationSelector?: string;
  readonly labelSelector?: string;
}

/** A compiled selector. */
export interface SelectorMatcher {
  readonly gvk: (gvk: Gvk) => boolean;
  readonly name: (name: string) => boolean;
  readonly namespace: (namespace: string) => boolean;
  readonly labels: (node: YamlNode) => boolean;
  readonly annotations: (node: YamlNode) => boolean;
}

/** Compiles a selector; throws KustomizeError for a bad pattern. */
export function selectorMatcher(selector: Selector): SelectorMatcher {
  const group = wholePattern(selector.group ?? '');
  const version = wholePattern(selector.version ?? '');
  const kind = wholePattern(selector.kind ?? '');
  return {
    gvk: (gvk) => group(gvk.group) && version(gvk.version) && kind(gvk.kind),
    name: wholePattern(selector.name ?? ''),
    namespace: wholePattern(selector.namespace ?? ''),
    labels: mapMatcher(selector.labelSelector, 'labels'),
    annotations: mapMatcher(selector.annotationSelector, 'annotations'),
  };
}

function mapMatcher(text: string | undefined, field: 'labels' | 'annotations'): (node: YamlNode) => boolean {
  if (text === undefined || text === '') return () => true;
  // Parsed on first use, because the original reports a bad selector only once a resource is met.
  return (node) => parseLabelSelector(text)(metadataMap(node, field));
}

/** `Kind.version.group/name.namespace:a=annotations:l=labels`, as messages print it. */
export function selectorText(selector: Selector): string {
  const gvk = `${selector.kind || '[noKind]'}.${selector.version || '[noVer]'}.${selector.group || '[noGrp]'}`;
  const id = `${gvk}/${selector.name || '[noName]'}.${selector.namespace || '[noNs]'}`;
  return `${id}:a=${selector.annotationSelector ?? ''}:l=${selector.labelSelector ?? ''}`;
}
