// namePrefix and nameSuffix (api:internal/builtins/PrefixTransformer.go, SuffixTransformer.go, v0.21.1).

import type { FieldSpec } from '../config/field-specs.ts';
import { setScalar } from '../nodes/edit.ts';
import type { Touch } from '../nodes/touch.ts';
import { type Node, TAG_STR, makeScalar } from '../nodes/tree.ts';
import { type ResId, isSelected } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import { walkFieldSpec } from './field-walk.ts';

/** A text to put before or after names. */
export interface AffixTransform {
  readonly side: 'prefix' | 'suffix';
  readonly text: string;
  readonly fieldSpecs: readonly FieldSpec[];
  readonly touch?: Touch;
}

/** Puts the text on every name that may change and notes the old identity. */
export function affixNames(map: ResourceMap, transform: AffixTransform): void {
  for (const resource of map.resources) {
    const id = resource.orgId();
    if (isFixedName(id)) continue;
    for (const spec of transform.fieldSpecs) {
      if (!isSelected(id, spec)) continue;
      if (spec.path === 'metadata/name') {
        if (transform.side === 'prefix') resource.addPrefix(transform.text);
        else resource.addSuffix(transform.text);
        if (transform.text !== '') resource.storePreviousId();
      }
      affixField(resource.node, spec, transform);
    }
  }
}

function affixField(root: Node, spec: FieldSpec, transform: AffixTransform): void {
  const { side, text, touch } = transform;
  walkFieldSpec(
    root,
    spec,
    (node) => {
      const value: Node = makeScalar(side === 'prefix' ? text + node.value : node.value + text);
      if (touch !== undefined) value.trail = [touch];
      setScalar(node, value);
    },
    { kind: 'scalar', tag: TAG_STR },
  );
}

/** Kinds whose name is part of their meaning. */
function isFixedName(id: ResId): boolean {
  return (
    id.kind === 'CustomResourceDefinition' ||
    id.kind === 'Namespace' ||
    (id.kind === 'APIService' && id.group === 'apiregistration.k8s.io')
  );
}
