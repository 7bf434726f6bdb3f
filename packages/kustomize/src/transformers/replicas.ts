// replicas: counts for workloads by name (api:internal/builtins/ReplicaCountTransformer.go, v0.21.1).

import type { FieldSpec } from '../config/field-specs.ts';
import { setScalar } from '../nodes/edit.ts';
import type { Touch } from '../nodes/touch.ts';
import { type Node, TAG_INT, makeScalar } from '../nodes/tree.ts';
import { KustomizeError } from '../problems.ts';
import { gvkText, isSelected } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import { walkFieldSpec } from './field-walk.ts';

/** One entry of `replicas`, and where counts are. */
export interface ReplicaTransform {
  readonly name: string;
  readonly count: number;
  readonly fieldSpecs: readonly FieldSpec[];
  readonly touch?: Touch;
}

/** Sets the count of every workload that has or had the name; refuses when there is none. */
export function setReplicas(map: ResourceMap, transform: ReplicaTransform): void {
  let found = false;
  for (const spec of transform.fieldSpecs) {
    const matches = map.matchingAnyId((id) => id.name === transform.name && isSelected(id, spec));
    for (const resource of matches) {
      found = true;
      walkFieldSpec(
        resource.node,
        spec,
        (node) => {
          const value: Node = makeScalar(String(transform.count), TAG_INT);
          if (transform.touch !== undefined) value.trail = [transform.touch];
          setScalar(node, value);
        },
        { kind: 'scalar', tag: TAG_INT },
      );
    }
  }
  if (found) return;
  const kinds = transform.fieldSpecs.map(gvkText).join(' ');
  throw new KustomizeError(
    'TRANSFORMER',
    `resource with name ${transform.name} does not match a config with the following GVK [${kinds}]`,
  );
}
