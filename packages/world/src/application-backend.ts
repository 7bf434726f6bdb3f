// Changes of Applications for the API.

import {
  EditRefused,
  approveDeletion,
  createApplication,
  patchApplication,
  updateApplicationSpec,
} from '@evenkeel/argo';
import { type KubeClient, KubeError } from '@evenkeel/kube';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { ActionRefused, type ApplicationBackend } from '@evenkeel/server';
import type { Clock } from '@evenkeel/std';

/** Writes to the Applications' own resources; what is refused is told in one sentence. */
export function applicationBackend(client: KubeClient, clock: Clock): ApplicationBackend {
  return {
    create: (object, options) => refusing(() => createApplication(client, object, options)),
    change: (at, change, permits): Promise<KubeObject> =>
      refusing(() => {
        if ('approveDeletion' in change) return approveDeletion(client, at, clock.now());
        if ('patch' in change) return patchApplication(client, at, { ...change, permits });
        return updateApplicationSpec(client, at, {
          spec: change.spec as JsonObject,
          validate: change.validate,
          permits,
        });
      }),
  };
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EditRefused || error instanceof KubeError)
      throw new ActionRefused('ACTION_FAILED', error.message);
    throw error;
  }
}
