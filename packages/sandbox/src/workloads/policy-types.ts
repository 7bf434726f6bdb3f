// Checks the expressions of ValidatingAdmissionPolicies against the types they look at
// (pkg/controller/validatingadmissionpolicystatus, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { typeWarnings } from '../admission/type-checks.ts';
import { type Draft, bagAt } from '../store/draft.ts';
import type { Actor } from './actor.ts';
import { type ControllerSpec, ownKey } from './controller.ts';

const collection = 'validatingadmissionpolicies.admissionregistration.k8s.io';

/** Keeps the status of policies. */
export function policyTypeController(): ControllerSpec {
  return {
    manager: 'validatingadmissionpolicy-status',
    watches: { [collection]: ownKey },
    reconcile: (actor, _namespace, name) => {
      const policy = actor.get(collection, '', name);
      if (policy !== undefined) check(actor, policy);
    },
  };
}

function check(actor: Actor, policy: KubeObject): void {
  const generation = policy.metadata.generation ?? 0;
  const seen = bagAt(policy as unknown as Draft, 'status')?.['observedGeneration'];
  if (generation <= (typeof seen === 'number' ? seen : 0)) return;
  const stamp = (actor.deps.clock.now() % 1000) * 1e6;
  const warnings = typeWarnings(policy, actor.deps.registry, stamp);
  actor.applyStatus(collection, policy, {
    observedGeneration: generation,
    typeChecking: warnings.length === 0 ? {} : { expressionWarnings: warnings.map((each) => ({ ...each })) },
  });
}
