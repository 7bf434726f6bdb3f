// Applications for the API.

import {
  type Application,
  type ArgoController,
  deliveryKey,
  historyEntryOf,
  historyRevision,
  holdSentence,
  hydrationOf,
  isSkipped,
  removeApplication,
  requestRefresh,
  requestSync,
  rollbackTo,
  sourcesOf,
  syncConflict,
} from '@evenkeel/argo';
import type { KubeClient } from '@evenkeel/kube';
import { ActionRefused, type Face, type FaceItem } from './face.ts';

/** The face of the Argo CD front end. */
export function argoFace(argo: ArgoController, client: KubeClient): Face {
  const find = (namespace: string, name: string): Application => {
    const found = argo.application(namespace, name);
    if (!found) throw new ActionRefused('NOT_FOUND', `there is no Application "${name}" in namespace "${namespace}"`);
    return found;
  };
  return {
    frontEnd: 'argo',
    list: () => argo.applications().map(itemOf),
    get: (namespace, name) => {
      const found = argo.application(namespace, name);
      return found && { ...itemOf(found), syncWindows: windowsOf(argo, found) };
    },
    async sync(namespace, name, wish) {
      const application = find(namespace, name);
      const refusal = argo.syncRefusal(application);
      if (refusal !== undefined)
        throw new ActionRefused('CONFLICT', refusal, 'Wait for the window, or let it allow syncs by hand.');
      const conflict = syncConflict(application, wish);
      if (conflict !== undefined) throw new ActionRefused('CONFLICT', conflict);
      await requestSync(client, application, wish);
    },
    refresh: (namespace, name, hard) => requestRefresh(client, find(namespace, name), hard),
    async rollback(namespace, name, { id, username }) {
      const application = find(namespace, name);
      const entry = historyEntryOf(application, id);
      if (!entry)
        throw new ActionRefused(
          'NOT_FOUND',
          `the history of "${name}" has no entry ${id}`,
          'Choose one that the history lists.',
        );
      await rollbackTo(client, application, entry, { username });
    },
    remove: (namespace, name, cascade) => removeApplication(client, find(namespace, name), cascade),
    onChange: (listener) => argo.onChange(listener),
    resource: (namespace, name) => argo.application(namespace, name)?.object,
    actions: (object) => argo.scripts().actions(object),
    run: (object, action, run) => argo.scripts().run(object, action, run),
  };
}

function windowsOf(argo: ArgoController, application: Application): FaceItem['syncWindows'] {
  const { allowed, assigned } = argo.windows(application);
  return { allowed, assigned: [...assigned] };
}

function itemOf(application: Application): FaceItem {
  const { spec, object, namespace, name } = application;
  const [source] = sourcesOf(spec);
  const { automated } = spec.syncPolicy ?? {};
  const { revision = '', revisions = [revision] } = application.status.sync ?? {};
  const held = holdSentence(application, revisions);
  return {
    key: deliveryKey(namespace, name),
    frontEnd: 'argo',
    kind: 'Application',
    namespace,
    name,
    project: spec.project || 'default',
    labels: object.metadata.labels ?? {},
    destination: {
      cluster: spec.destination?.name ?? spec.destination?.server ?? '',
      namespace: spec.destination?.namespace ?? '',
    },
    source: {
      url: source?.repoURL ?? '',
      path: source?.path ?? source?.chart ?? '',
      revision: source?.targetRevision || 'HEAD',
    },
    automatic: automated !== undefined && automated.enabled !== false,
    suspended: isSkipped(object),
    history: historyOf(application),
    hold: held === undefined ? undefined : { sha: revisions.join(','), sentence: held },
    ...hydration(application),
    deleting: object.metadata.deletionTimestamp !== undefined,
  };
}

function hydration(application: Application): Pick<FaceItem, 'hydration'> {
  const found = hydrationOf(application);
  return found ? { hydration: found } : {};
}

function historyOf(application: Application): FaceItem['history'] {
  const entries = application.status.history ?? [];
  // Every whole sync adds an entry, rollbacks included: the last one is what is live.
  const current = entries.at(-1);
  return entries
    .map((entry) => ({
      id: entry.id,
      revision: historyRevision(entry) ?? '',
      deployedAtMs: Date.parse(entry.deployedAt),
      initiatedBy: {
        automated: entry.initiatedBy?.automated === true,
        ...(entry.initiatedBy?.username === undefined ? {} : { username: entry.initiatedBy.username }),
      },
      current: entry === current,
      rollback: entry === current ? { disabledReason: 'this is what is live now' } : {},
    }))
    .toReversed();
}
