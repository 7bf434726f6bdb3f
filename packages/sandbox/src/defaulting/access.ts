// Defaults of RBAC, admission webhooks and API services (Kubernetes 1.35).

import type { Strategy } from '../api/strategy.ts';
import { type Bag, type Draft, bagAt } from '../store/draft.ts';
import { validateBinding, validateClusterRole, validateRole, validateRoleRefUnchanged } from '../validation/access.ts';
import { validatePolicy, validatePolicyBinding } from '../validation/admission-policies.ts';
import { validateApiService } from '../validation/cluster-kinds.ts';
import { validateWebhooks } from '../validation/webhook-configurations.ts';
import { bagsOf, fallback, memberBag, specOf } from './drafts.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

function defaultBinding(draft: Draft): void {
  const roleRef = memberBag(draft as unknown as Bag, 'roleRef');
  if (roleRef['apiGroup'] === undefined || roleRef['apiGroup'] === '') roleRef['apiGroup'] = rbacGroup;
  for (const subject of bagsOf(draft['subjects'] as Bag[] | undefined)) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') fallback(subject, 'apiGroup', rbacGroup);
  }
}

function defaultWebhooks(mutating: boolean): (draft: Draft) => void {
  return (draft) => {
    for (const webhook of bagsOf(draft['webhooks'] as Bag[] | undefined)) {
      fallback(webhook, 'failurePolicy', 'Fail');
      fallback(webhook, 'matchPolicy', 'Equivalent');
      memberBag(webhook, 'namespaceSelector');
      memberBag(webhook, 'objectSelector');
      fallback(webhook, 'timeoutSeconds', 10);
      if (mutating) fallback(webhook, 'reinvocationPolicy', 'Never');
      fallback(bagAt(bagAt(webhook, 'clientConfig'), 'service'), 'port', 443);
      for (const rule of bagsOf(webhook['rules'])) fallback(rule, 'scope', '*');
    }
  };
}

function defaultAdmissionPolicy(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'failurePolicy', 'Fail');
  defaultMatchResources(bagAt(spec, 'matchConstraints'));
}

function defaultMatchResources(match: Bag | undefined): void {
  if (match === undefined) return;
  fallback(match, 'matchPolicy', 'Equivalent');
  memberBag(match, 'namespaceSelector');
  memberBag(match, 'objectSelector');
  for (const rule of [...bagsOf(match['resourceRules']), ...bagsOf(match['excludeResourceRules'])])
    fallback(rule, 'scope', '*');
}

export const accessStrategies: Readonly<Record<string, Strategy>> = {
  'roles.rbac.authorization.k8s.io': { createOnUpdate: true, validate: validateRole },
  'clusterroles.rbac.authorization.k8s.io': { createOnUpdate: true, validate: validateClusterRole },
  'rolebindings.rbac.authorization.k8s.io': {
    createOnUpdate: true,
    defaults: defaultBinding,
    validate: validateBinding,
    validateUpdate: validateRoleRefUnchanged,
  },
  'clusterrolebindings.rbac.authorization.k8s.io': {
    createOnUpdate: true,
    defaults: defaultBinding,
    validate: validateBinding,
    validateUpdate: validateRoleRefUnchanged,
  },
  'validatingwebhookconfigurations.admissionregistration.k8s.io': {
    generation: true,
    defaults: defaultWebhooks(false),
    validate: validateWebhooks,
  },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': {
    generation: true,
    defaults: defaultWebhooks(true),
    validate: validateWebhooks,
  },
  'validatingadmissionpolicies.admissionregistration.k8s.io': {
    generation: true,
    defaults: defaultAdmissionPolicy,
    validate: validatePolicy,
    prepareCreate: (draft) => void (draft['status'] = {}),
  },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': {
    generation: true,
    defaults: (draft) => defaultMatchResources(bagAt(specOf(draft), 'matchResources')),
    validate: validatePolicyBinding,
  },
  'apiservices.apiregistration.k8s.io': {
    defaults: (draft) => fallback(bagAt(specOf(draft), 'service'), 'port', 443),
    validate: validateApiService,
    prepareCreate: (draft) => void (draft['status'] = {}),
  },
};
