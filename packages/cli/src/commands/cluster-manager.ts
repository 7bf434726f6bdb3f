// The service account that Argo CD installs in a cluster to manage it, and its token.
// Mirrors argoproj/argo-cd:util/clusterauth/clusterauth.go (3.6).

import { type KubeClient, type ResourceType, isKubeError } from '@evenkeel/kube';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import { CommandFailure, type Io, exitCodes } from '../io.ts';

const manager = 'argocd-manager';
const role = `${manager}-role`;
const binding = `${role}-binding`;
const rbac = 'rbac.authorization.k8s.io';
const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };

/** How often, and for how long, the token of a service account is waited for. */
const TOKEN_TRIES = 60;
const TOKEN_WAIT_MS = 500;

export interface ManagerWish {
  /** Where the service account is. */
  readonly systemNamespace: string;
  /** Only these namespaces; all of the cluster where empty. */
  readonly namespaces: readonly string[];
  /** One that exists already, instead of ours. */
  readonly serviceAccount: string | undefined;
}

/** Installs the service account with its rights where it is ours to make; answers its token. */
export async function installManager(client: KubeClient, wish: ManagerWish, io: Io): Promise<string> {
  const { systemNamespace: namespace, namespaces, serviceAccount } = wish;
  if (serviceAccount === undefined) {
    await ensure(client, account(namespace), io);
    for (const object of namespaces.length === 0
      ? clusterWide(namespace)
      : namespaces.flatMap((one) => within(one, namespace))) {
      await ensure(client, object, io);
    }
  }
  return tokenOf(client, serviceAccount ?? manager, namespace, io);
}

/** Takes back what was installed for the whole cluster. */
export async function uninstallManager(client: KubeClient, io: Io): Promise<void> {
  for (const object of [...clusterWide('kube-system').toReversed(), account('kube-system')]) {
    const { name = '', namespace } = object.metadata;
    const found = await client.delete(await typeOf(client, object), { name, namespace });
    io.err(`${object.kind} "${name}" ${found ? 'deleted' : 'not found'}\n`);
  }
}

function account(namespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: manager, namespace } };
}

function clusterWide(namespace: string): readonly KubeObject[] {
  const rules = [everything, { nonResourceURLs: ['*'], verbs: ['*'] }];
  return [
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: role }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: binding },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', name: manager, namespace }],
    },
  ];
}

function within(where: string, namespace: string): readonly KubeObject[] {
  return [
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: role, namespace: where }, rules: [everything] },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: binding, namespace: where },
      roleRef: { apiGroup: rbac, kind: 'Role', name: role },
      subjects: [{ kind: 'ServiceAccount', name: manager, namespace }],
    },
  ];
}

async function ensure(client: KubeClient, object: KubeObject, io: Io): Promise<void> {
  const type = await typeOf(client, object);
  const { name = '', namespace } = object.metadata;
  const existing = await client.get(type, { name, namespace });
  await client.apply(type, object, { fieldManager: 'evenkeel-cli', force: true });
  io.err(
    `${object.kind} "${name}" ${existing ? 'updated' : 'created'}${namespace === undefined ? '' : ` in namespace "${namespace}"`}\n`,
  );
}

/** A token that does not end, in a Secret of its own beside the service account. */
async function tokenOf(client: KubeClient, name: string, namespace: string, io: Io): Promise<string> {
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: {
      name: `${name}-long-lived-token`,
      namespace,
      annotations: { 'kubernetes.io/service-account.name': name },
    },
  };
  const type = await typeOf(client, secret);
  const at = { namespace, name: secret.metadata.name ?? '' };
  try {
    await client.create(type, secret);
    io.err(`Created bearer token secret "${at.name}" for ServiceAccount "${name}"\n`);
  } catch (error) {
    if (!isKubeError(error, 409)) throw error;
    io.err(`Using existing bearer token secret "${at.name}" for ServiceAccount "${name}"\n`);
  }
  for (let attempt = 0; attempt < TOKEN_TRIES; attempt += 1) {
    const { token } = ((await client.get(type, at))?.['data'] ?? {}) as { readonly token?: string };
    if (token !== undefined && token !== '') return Buffer.from(token, 'base64').toString('utf8');
    io.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, TOKEN_WAIT_MS));
  }
  throw new CommandFailure(
    `failed to get token for serviceaccount "${name}": timed out waiting for the condition`,
    exitCodes.generic,
  );
}

async function typeOf(client: KubeClient, object: KubeObject): Promise<ResourceType> {
  const type = await client.discovery.resolve(gvkOf(object));
  if (!type)
    throw new CommandFailure(`the cluster serves no ${object.kind} of ${object.apiVersion}`, exitCodes.generic);
  return type;
}
