// HorizontalPodAutoscalers (pkg/apis/autoscaling/validation).

import type { Cause } from '../api/status.ts';
import { type Draft, bagAt } from '../store/draft.ts';
import { Causes } from './causes.ts';

export function validateScaler(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const min = spec?.['minReplicas'];
  const max = spec?.['maxReplicas'];
  if (typeof min === 'number' && min < 1) causes.invalid('spec.minReplicas', min, 'must be greater than or equal to 1');
  if (typeof max !== 'number' || max < 1) causes.invalid('spec.maxReplicas', max ?? 0, 'must be greater than 0');
  if (typeof min === 'number' && (typeof max === 'number' ? max : 0) < min)
    causes.invalid('spec.maxReplicas', max ?? 0, 'must be greater than or equal to `minReplicas`');
  const target = bagAt(spec, 'scaleTargetRef');
  if ((target?.['kind'] ?? '') === '') causes.required('spec.scaleTargetRef.kind');
  if ((target?.['name'] ?? '') === '') causes.required('spec.scaleTargetRef.name');
  const apiVersion = target?.['apiVersion'] ?? '';
  if (apiVersion === '') causes.invalid('spec.scaleTargetRef.apiVersion', '', 'apiVersion must specify API group');
  return causes.list;
}
