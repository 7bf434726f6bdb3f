// Accounts that keep to their own secrets: pods may name only those that the account refers to
// (kubernetes:plugin/pkg/admission/serviceaccount, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { forbidden } from '../api/status.ts';
import type { Write } from '../api/writer.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

export const enforceAnnotation = 'kubernetes.io/enforce-mountable-secrets';

/** Throws 403 where a pod names a secret that its strict account does not. */
export function checkAccountSecrets(store: Store, write: Write, draft: Draft, old: KubeObject | undefined): void {
  if (write.type.collection !== 'pods') return;
  const isDebug = write.subresource === 'ephemeralcontainers';
  if (old === undefined ? write.subresource !== undefined : !isDebug) return;
  const spec = bagAt(draft, 'spec') ?? {};
  const name = scalarText(spec['serviceAccountName'] ?? '');
  const account = store.collection('serviceaccounts').get(write.namespace ?? '', name);
  if (!/^(1|t|T|TRUE|true|True)$/.test(account?.metadata.annotations?.[enforceAnnotation] ?? '')) return;
  const why = isDebug ? containerProblem(spec, account, 'ephemeralContainers') : podProblem(spec, account);
  if (why !== undefined) throw forbidden(write.type, draft.metadata.name ?? '', why);
}

function namesOf(account: KubeObject | undefined, key: string): readonly string[] {
  return bagsOf(account?.[key] as Bag[] | undefined).map(({ name }) => scalarText(name ?? ''));
}

function notReferred(account: KubeObject | undefined, what = 'secret'): string {
  return `is not allowed because service account ${account?.metadata.name ?? ''} does not reference that ${what}`;
}

function podProblem(spec: Bag, account: KubeObject | undefined): string | undefined {
  const known = namesOf(account, 'secrets');
  for (const volume of bagsOf(spec['volumes'])) {
    const secret = bagAt(volume, 'secret');
    const name = scalarText(secret?.['secretName'] ?? '');
    if (secret !== undefined && !known.includes(name))
      return `volume with secret.secretName="${name}" ${notReferred(account)}`;
  }
  const problem = containerProblem(spec, account, 'initContainers') ?? containerProblem(spec, account, 'containers');
  if (problem !== undefined) return problem;
  const pulls = namesOf(account, 'imagePullSecrets');
  for (const [index, { name = '' }] of bagsOf(spec['imagePullSecrets']).entries()) {
    if (!pulls.includes(scalarText(name)))
      return `imagePullSecrets[${index}].name="${scalarText(name)}" ${notReferred(account, 'imagePullSecret')}`;
  }
  return undefined;
}

const titles = {
  initContainers: 'init container',
  containers: 'container',
  ephemeralContainers: 'ephemeral container',
};

function containerProblem(spec: Bag, account: KubeObject | undefined, list: keyof typeof titles): string | undefined {
  const known = namesOf(account, 'secrets');
  const stranger = (reference: Bag | undefined): string | undefined => {
    const name = scalarText(reference?.['name'] ?? '');
    return reference === undefined || known.includes(name) ? undefined : name;
  };
  for (const container of bagsOf(spec[list])) {
    const whose = `${titles[list]} ${scalarText(container['name'] ?? '')}`;
    for (const env of bagsOf(container['env'])) {
      const name = stranger(bagAt(bagAt(env, 'valueFrom'), 'secretKeyRef'));
      const what = `envVar ${scalarText(env['name'] ?? '')} referencing`;
      if (name !== undefined) return `${whose} with ${what} secret.secretName="${name}" ${notReferred(account)}`;
    }
    for (const source of bagsOf(container['envFrom'])) {
      const name = stranger(bagAt(source, 'secretRef'));
      if (name !== undefined)
        return `${whose} with envFrom referencing secret.secretName="${name}" ${notReferred(account)}`;
    }
  }
  return undefined;
}
