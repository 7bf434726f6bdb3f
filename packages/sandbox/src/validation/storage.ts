// PersistentVolumeClaims (pkg/apis/core/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { checkOneOf } from './choices.ts';

const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function validateClaim(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const accessModes = listAt(spec, 'accessModes') ?? [];
  if (accessModes.length === 0) causes.required('spec.accessModes', 'at least 1 access mode is required');
  for (const mode of accessModes) checkOneOf(causes, mode, 'spec.accessModes', modes);
  if (bagAt(bagAt(spec, 'resources'), 'requests')?.['storage'] === undefined)
    causes.required('spec.resources[storage]');
  return causes.list;
}

export function validateClaimUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const next = frozen(bagAt(draft, 'spec'));
  const before = frozen(bagAt(old as unknown as Draft, 'spec'));
  if (before['volumeName'] === undefined) delete next['volumeName'];
  if (!sameValue(next, before)) {
    causes.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  }
  return causes.list;
}

function frozen(spec: Bag | undefined): Bag {
  const copy: Bag = { ...spec };
  delete copy['resources'];
  delete copy['volumeAttributesClassName'];
  return copy;
}
