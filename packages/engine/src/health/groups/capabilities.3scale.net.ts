// What the 3scale operator manages inside 3scale.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck, HealthStatus } from '../health.ts';
import { amount, at, healthy, progressing, suspended } from '../reading.ts';
import { type ConditionLine, conditions, first, hasCondition, type KindChecks, messageOr, waiting } from '../rules.ts';

/** The conditions of this operator, all of them "True" where they hold. */
function capability(kind: string, names: Readonly<Record<string, readonly [HealthStatus, string]>>): HealthCheck {
  const lines = Object.entries(names).map(([type, [status, words]]): ConditionLine => {
    const sentence = `3scale ${kind} ${words}`;
    return [`${type}=True`, status, status === 'healthy' ? sentence : messageOr(sentence)];
  });
  return first(conditions(...lines), waiting(`Waiting for 3scale ${kind} status...`));
}

const isReady = ['healthy', 'is ready'] as const;
const isSynced = ['healthy', 'is synced'] as const;
const isInvalid = ['degraded', 'configuration is invalid'] as const;
const isOrphan = ['degraded', 'references non-existing resources'] as const;
const hasFailed = ['degraded', 'synchronization failed'] as const;

export const checks = (): KindChecks => ({
  ActiveDoc: capability('ActiveDoc', { Ready: isReady, Invalid: isInvalid, Orphan: isOrphan, Failed: hasFailed }),
  Application: application,
  ApplicationAuth: capability('ApplicationAuth', { Ready: isReady, Failed: ['degraded', 'failed'] }),
  Backend: capability('Backend', { Synced: isSynced, Invalid: isInvalid, Failed: hasFailed }),
  CustomPolicyDefinition: capability('CustomPolicyDefinition', {
    Ready: isReady,
    Invalid: isInvalid,
    Failed: hasFailed,
  }),
  DeveloperAccount: capability('DeveloperAccount', {
    Ready: isReady,
    Invalid: isInvalid,
    Failed: hasFailed,
    Waiting: ['suspended', 'is waiting for approval'],
  }),
  DeveloperUser: first(
    (object) =>
      at(object, 'status.developerUserState') === 'suspended'
        ? suspended('3scale Developer user is waiting for admin approval')
        : undefined,
    capability('DeveloperUser', { Ready: isReady, Invalid: isInvalid, Orphan: isOrphan, Failed: hasFailed }),
  ),
  OpenAPI: capability('OpenAPI', {
    Ready: isReady,
    Invalid: isInvalid,
    Failed: ['degraded', 'reconciliation failed'],
  }),
  Product: capability('Product', { Synced: isSynced, Invalid: isInvalid, Orphan: isOrphan, Failed: hasFailed }),
  ProxyConfigPromote: first(
    conditions(
      ['Ready=True', 'healthy', '3scale ProxyConfigPromote is ready'],
      ['In-progress=True', 'progressing', messageOr('3scale ProxyConfigPromote is in progress')],
      ['Failed=True', 'degraded', messageOr('3cale ProxyConfigPromote failed')],
    ),
    waiting('Waiting for 3scale ProxyConfigPromote status...'),
  ),
  Tenant: tenant,
});

function hasId(object: KubeObject, name: string): boolean {
  return amount(object, `status.${name}`) > 0;
}

const applicationConditions = conditions(
  ['Ready=True', 'healthy', '3scale Application is ready'],
  ['Ready!=True', 'degraded', messageOr('3scale Application is not ready')],
);
const applicationReady = conditions(['Ready=True', 'healthy', '3scale Application is ready']);

function application(object: KubeObject): Health {
  if (at(object, 'status.state') === 'suspended') return suspended('3scale Application is suspended');
  const check = hasId(object, 'adminId') ? applicationReady : applicationConditions;
  return check(object) ?? progressing('Waiting for 3scale Application status...');
}

const tenantNotReady = conditions(['Ready!=True', 'degraded', messageOr('3scale Tenant is degraded')]);

function tenant(object: KubeObject): Health {
  if (hasCondition(object, 'Ready=True') && hasId(object, 'tenantId') && hasId(object, 'adminId')) {
    return healthy('3scale Tenant is ready');
  }
  return tenantNotReady(object) ?? progressing('Waiting for 3scale Tenant status...');
}
