// Sets labels or annotations at every place their field specs name (api:filters/labels, filters/annotations, v0.21.1).

import type { FieldSpec } from '../config/field-specs.ts';
import { byCodePoint, setField } from '../nodes/edit.ts';
import type { Touch } from '../nodes/touch.ts';
import { type Node, TAG_MAP, TAG_STR, makeScalar } from '../nodes/tree.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import { walkFieldSpec } from './field-walk.ts';

/** Pairs to set, and where. */
export interface LabelTransform {
  readonly pairs: Readonly<Record<string, string>>;
  readonly fieldSpecs: readonly FieldSpec[];
  readonly touch?: (key: string) => Touch;
}

/** Sets every pair, keys in order. One value node serves all places of an object, as in the original. */
export function setPairs(map: ResourceMap, transform: LabelTransform): void {
  const keys = Object.keys(transform.pairs).sort(byCodePoint);
  if (keys.length === 0) return;
  const creation = { kind: 'mapping', tag: TAG_MAP } as const;
  for (const resource of map.resources) {
    for (const key of keys) {
      const value: Node = makeScalar(transform.pairs[key] ?? '', TAG_STR);
      const touch = transform.touch?.(key);
      if (touch !== undefined) value.trail = [touch];
      for (const spec of transform.fieldSpecs) {
        walkFieldSpec(resource.node, spec, (node) => setField(node, key, value), creation);
      }
    }
  }
}
