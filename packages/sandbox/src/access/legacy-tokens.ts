// Secrets of type kubernetes.io/service-account-token: filled for the account they name, gone when it is
// (kubernetes:pkg/controller/serviceaccount/tokens_controller.go, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type Draft, bagAt } from '../store/draft.ts';
import type { Actor } from '../workloads/actor.ts';
import { type ControllerSpec, ownKey } from '../workloads/controller.ts';
import type { TokenIssuer } from './tokens.ts';

const secretType = 'kubernetes.io/service-account-token';
const nameKey = 'kubernetes.io/service-account.name';
const uidKey = 'kubernetes.io/service-account.uid';

/** The tokens controller. `certificate` is the CA in PEM. */
export function legacyTokenController(tokens: TokenIssuer, certificate: () => string): ControllerSpec {
  const ofAccount = (all: readonly KubeObject[], account: KubeObject): readonly string[] =>
    all
      .filter((secret) => secret['type'] === secretType && accountName(secret) === account.metadata.name)
      .map((secret) => `${secret.metadata.namespace ?? ''}/${secret.metadata.name ?? ''}`);
  let list: (namespace: string) => readonly KubeObject[] = () => [];
  return {
    manager: 'kube-controller-manager',
    watches: {
      secrets: (event) => (event.object['type'] === secretType ? ownKey(event) : []),
      serviceaccounts: ({ object }) => ofAccount(list(object.metadata.namespace ?? ''), object),
    },
    reconcile: (actor, namespace, name) => {
      list = (each) => actor.list('secrets', each);
      const secret = actor.get('secrets', namespace, name);
      if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return;
      fill(actor, secret, tokens, certificate());
    },
  };
}

function fill(actor: Actor, secret: KubeObject, tokens: TokenIssuer, certificate: string): void {
  const { namespace = '', name = '', annotations } = secret.metadata;
  const account = actor.get('serviceaccounts', namespace, accountName(secret) ?? '');
  const uid = annotations?.[uidKey];
  if (account === undefined || (uid !== undefined && uid !== account.metadata.uid)) {
    actor.delete('secrets', secret);
    return;
  }
  const data = bagAt(secret as unknown as Draft, 'data') ?? {};
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const token = data['token'] ?? base64(tokens.issueLegacy(account, name));
  const filled = { ...data, 'ca.crt': base64(certificate), namespace: base64(namespace), token };
  actor.update('secrets', secret, (draft) => {
    draft['data'] = filled;
    draft.metadata.annotations = { ...annotations, [uidKey]: account.metadata.uid ?? '' };
  });
}

function accountName(secret: KubeObject): string | undefined {
  return secret.metadata.annotations?.[nameKey];
}
