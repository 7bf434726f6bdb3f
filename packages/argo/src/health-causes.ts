// What an Application's health comes from, as status.health.message says it.
// Mirrors argoproj/argo-cd:controller/health.go formatHealthCauses (3.6).

import type { DeliveryReport, ResourceReport } from '@evenkeel/delivery';

/** How many objects are named; the others are counted. */
const CAUSES_MAX = 3;

/** "Caused by apps/Deployment:shop/web, Pod:shop/job and 2 more"; undefined where nothing is wrong, or nothing is there. */
export function healthCauses({ health, resources }: DeliveryReport): string | undefined {
  if (health.status === 'healthy' || health.status === 'missing') return undefined;
  const causes = resources.filter((resource) => !resource.hook && isCause(resource, health.status));
  if (causes.length === 0) return undefined;
  const named = causes.slice(0, CAUSES_MAX).map(({ ref: { group, kind, namespace, name } }) => {
    const what = group === '' ? kind : `${group}/${kind}`;
    return `${what}:${namespace === '' ? name : `${namespace}/${name}`}`;
  });
  const more = causes.length > CAUSES_MAX ? ` and ${causes.length - CAUSES_MAX} more` : '';
  return `Caused by ${named.join(', ')}${more}`;
}

/** Children that are Applications do not make their parent Unknown. */
function isCause({ ref, health }: ResourceReport, worst: DeliveryReport['health']['status']): boolean {
  const isChild = ref.group === 'argoproj.io' && ref.kind === 'Application';
  return health?.status === worst && !(isChild && worst === 'unknown');
}
