// ServiceAccount admission: a pod runs as an account that exists, gets its token mounted and its pull secrets
// (kubernetes:plugin/pkg/admission/serviceaccount, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Chance } from '../clock.ts';
import { forbidden } from '../api/status.ts';
import type { Write } from '../api/writer.ts';
import { type ContainerDraft, type PodSpecDraft, bagsOf, specOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, listAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import type { Replays } from './replay.ts';

export interface AccountDeps {
  readonly store: Store;
  readonly chance: Chance;
  readonly replays: Replays;
  /** True where a controller makes the default account of each namespace. */
  readonly makesAccounts: boolean;
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';

/** Completes a new pod. Throws 403 where its account is missing. */
export function applyServiceAccount(deps: AccountDeps, write: Write, draft: Draft, old: KubeObject | undefined): void {
  if (write.type.collection !== 'pods' || old !== undefined || write.subresource !== undefined) return;
  if (draft.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return;
  const spec = specOf(draft) as PodSpecDraft;
  if (spec.serviceAccountName === undefined || spec.serviceAccountName === '') spec.serviceAccountName = 'default';
  spec.serviceAccount = spec.serviceAccountName;
  const account = accountOf(deps, write, draft, spec.serviceAccountName);
  const automount = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'];
  if (automount !== false) mountToken(spec, deps.chance);
  const secrets = bagsOf(listAt(account as unknown as Draft, 'imagePullSecrets'));
  if (bagsOf(spec['imagePullSecrets']).length === 0 && secrets.length > 0)
    spec['imagePullSecrets'] = secrets.map(({ name = '' }) => ({ name }));
}

// As upstream, the default account is waited for a little: its controller is on its way.
const lookMax = 10;

function accountOf(deps: AccountDeps, write: Write, draft: Draft, name: string): KubeObject {
  const namespace = write.namespace ?? '';
  const find = (): KubeObject | undefined => deps.store.collection('serviceaccounts').get(namespace, name);
  const found = find();
  if (found !== undefined) return found;
  const replay = deps.replays.current;
  if (replay !== undefined && deps.makesAccounts && name === 'default') {
    for (let look = 0; look < lookMax && find() === undefined; look++)
      replay.answer(`account ${namespace} ${look}`, () => new Promise((resolve) => setImmediate(() => resolve(look))));
  }
  const podName = draft.metadata.name ?? draft.metadata.generateName ?? '';
  throw forbidden(
    write.type,
    podName,
    `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
  );
}

function mountToken(spec: PodSpecDraft, chance: Chance): void {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const missing = containers.filter(
    (container) => !bagsOf(container['volumeMounts']).some((mount) => mount['mountPath'] === tokenPath),
  );
  const existing = (spec.volumes ?? []).find((volume) => scalarText(volume['name']).startsWith(volumePrefix));
  const name = existing === undefined ? `${volumePrefix}${chance.suffix(5)}` : scalarText(existing['name']);
  if (missing.length === 0) return;
  for (const container of missing) addMount(container, name);
  if (existing === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function addMount(container: ContainerDraft, name: string): void {
  container['volumeMounts'] = [...bagsOf(container['volumeMounts']), { name, readOnly: true, mountPath: tokenPath }];
}

function tokenVolume(name: string): Bag {
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [namespace] } },
      ],
    },
  };
}
