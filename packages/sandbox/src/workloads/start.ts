// All built-in controllers, started in one place.

import { aggregationController } from '../access/default-roles.ts';
import { legacyTokenController } from '../access/legacy-tokens.ts';
import type { TokenIssuer } from '../access/tokens.ts';
import { definitionCollection } from '../crd/definitions.ts';
import type { ControllerDeps } from './actor.ts';
import { startController } from './controller.ts';
import { autoscalerController } from './autoscaler.ts';
import { budgetController } from './budgets.ts';
import { claimController } from './claims.ts';
import { cronJobController } from './cron-jobs.ts';
import { daemonSetController } from './daemon-sets.ts';
import { definitionCleaner } from './definition-cleaner.ts';
import { deploymentController } from './deployments.ts';
import { endpointsController } from './endpoints.ts';
import { ingressController } from './ingresses.ts';
import { jobController } from './jobs.ts';
import { kubelet } from './kubelet.ts';
import { policyTypeController } from './policy-types.ts';
import { quotaController } from './quotas.ts';
import { replicaSetController } from './replica-sets.ts';
import { scheduler } from './scheduler.ts';
import { type Certify, signingController } from './signing-requests.ts';
import { startGarbageCollector } from './garbage.ts';
import { statefulSetController } from './stateful-sets.ts';
import { taintEvictionController } from './taint-eviction.ts';
import type { ContainerLogs } from './logs.ts';
import { namespaceController } from './namespaces.ts';
import { OwnerIndex } from './owner-index.ts';

export interface WorkloadOptions {
  readonly onError: (error: unknown) => void;
  readonly certificate: string;
  readonly logs: ContainerLogs;
  readonly tokens: TokenIssuer;
  /** Undefined where the cluster has no authority, because nothing listens. */
  readonly certify: Certify | undefined;
}

/** Starts the controllers that are part of the API server itself; returns how to stop them. */
export function startOwnControllers(deps: ControllerDeps, onError: (error: unknown) => void): () => void {
  return startController(deps, definitionCleaner(deps.registry), onError);
}

/** Starts everything; returns how to stop it. */
export function startWorkloads(deps: ControllerDeps, options: WorkloadOptions): () => void {
  const index = new OwnerIndex();
  const garbage = startGarbageCollector(deps, index, options.onError);
  const followAll = (): void => {
    for (const type of deps.registry.all()) if (type.verbs.has('delete')) garbage.follow(type.collection);
  };
  followAll();
  const stopFollowing = deps.store.collection(definitionCollection).subscribe({ event: followAll });
  const controllers = [
    namespaceController(deps.registry, () => options.certificate),
    legacyTokenController(options.tokens, () => options.certificate),
    deploymentController(deps, index),
    replicaSetController(deps, index),
    replicaSetController(deps, index, true),
    statefulSetController(deps, index),
    daemonSetController(deps, index),
    jobController(deps, index),
    cronJobController(deps, index),
    autoscalerController(deps),
    budgetController(deps),
    policyTypeController(),
    quotaController(deps),
    aggregationController(() => deps.store.collection('clusterroles.rbac.authorization.k8s.io').list()),
    ...(options.certify === undefined ? [] : [signingController(options.certify)]),
    scheduler(deps),
    taintEvictionController(deps),
    kubelet(deps, options.logs),
    claimController(),
    endpointsController(deps),
    ingressController(),
  ];
  const stops = controllers.map((spec) => startController(deps, spec, options.onError));
  return () => {
    stopFollowing();
    garbage.stop();
    index.stop();
    for (const stop of stops) stop();
  };
}
