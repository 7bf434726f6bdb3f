// Capsule's tenants.

import type { KubeObject } from '@evenkeel/resource';
import { capsule } from '../families.ts';
import type { Health } from '../health.ts';
import { at, degraded, isMap, suspended } from '../reading.ts';
import { conditions, first, type KindChecks } from '../rules.ts';

const isReady = conditions(['Ready=False', 'degraded'], ['Ready=True', 'healthy']);

function exhausted(object: KubeObject): Health | undefined {
  const resources = at(object, 'status.exhaustions');
  const names = isMap(resources) ? Object.keys(resources).filter((name) => resources[name] !== null) : [];
  return names.length > 0 ? degraded(`Pool exhausted for: ${names.toSorted().join(', ')}`) : undefined;
}

export const checks = (): KindChecks => {
  const plain = capsule([isReady]);
  const replicated = first(
    (object) => ((at(object, 'spec.cordoned') ?? false) === false ? undefined : suspended('Replication is cordoned')),
    plain,
  );
  return {
    CapsuleConfiguration: plain,
    CustomQuota: plain,
    GlobalCustomQuota: plain,
    GlobalProxySettings: plain,
    ProxySetting: plain,
    TenantOwner: plain,
    GlobalTenantResource: replicated,
    TenantResource: replicated,
    ResourcePool: capsule([exhausted, isReady]),
    ResourcePoolClaim: capsule([conditions(['Bound=False', 'suspended']), isReady]),
    Tenant: capsule([conditions(['Cordoned=True', 'suspended']), isReady]),
  };
};
