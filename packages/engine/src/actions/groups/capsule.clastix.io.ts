// Capsule's tenants.

import type { KubeObject } from '@evenkeel/resource';
import { annotate, isSet, set } from '../changes.ts';
import type { ActionDefinition, GroupActions } from '../definition.ts';

function isCordoned(object: KubeObject): boolean {
  return isSet(object, 'spec.cordoned');
}

const cordoning: Readonly<Record<string, ActionDefinition>> = {
  cordon: {
    iconClass: 'fa fa-fw fa-pause',
    isDisabled: isCordoned,
    run: (draft) => set(draft, ['spec', 'cordoned'], true),
  },
  uncordon: {
    iconClass: 'fa fa-fw fa-play',
    isDisabled: (object) => !isCordoned(object),
    run: (draft, _run, object) => {
      if (isCordoned(object)) set(draft, ['spec', 'cordoned'], false);
    },
  },
};

const replication: Readonly<Record<string, ActionDefinition>> = {
  ...cordoning,
  reconcile: {
    iconClass: 'fa fa-fw fa-rotate-right',
    isDisabled: isCordoned,
    run: (draft, { now }) => annotate(draft, 'reconcile.projectcapsule.dev/requestedAt', now),
  },
};

export const actions = (): GroupActions => ({
  Tenant: cordoning,
  GlobalTenantResource: replication,
  TenantResource: replication,
});
