// Another token for the service account by which a cluster is reached: made and tried out there, written to the cluster's Secret,
// and only then is the old one taken away.
// Mirrors argoproj/argo-cd:server/cluster/cluster.go RotateAuth and util/clusterauth/clusterauth.go (3.6).

import {
  type ClusterConfig,
  type KubeClient,
  type KubeTransport,
  type ResourceType,
  createKubeClient,
} from '@evenkeel/kube';
import { type JsonObject, type KubeObject, isMap, parseJson } from '@evenkeel/resource';
import { type Clock, present } from '@evenkeel/std';
import { resolveAccess } from './access.ts';
import { ClusterRefused, type ClusterStore, writeCluster } from './cluster-writes.ts';
import type { KnownCluster } from './known-cluster.ts';

export interface RotationTools {
  readonly connect: (config: ClusterConfig) => KubeTransport;
  readonly clock: Clock;
}

/** How often, and for how long, the token of the new Secret is waited for. */
const TOKEN_TRIES = 60;
const TOKEN_WAIT_MS = 500;

/** Rotates. Rejects with {@link ClusterRefused} where the cluster is not reached by such a token, or the new one does not serve. */
export async function rotateAuth(known: KnownCluster, store: ClusterStore, tools: RotationTools): Promise<void> {
  const { server, access } = known;
  const { bearerToken = '' } = access;
  if (bearerToken === '') throw new ClusterRefused(`Cluster '${server}' does not use bearer token authentication`);
  const claims = claimsOf(bearerToken);
  await using transport = tools.connect(configOf(known));
  const client = createKubeClient(transport);
  const token = await newToken(client, claims, tools.clock);
  const { certData: _certificate, keyData: _key, ...tlsClientConfig } = access.tlsClientConfig ?? {};
  const config = { ...access, bearerToken: token.text, tlsClientConfig };
  await using trial = tools.connect(configOf({ ...known, access: config }));
  const { status } = await trial.send({ method: 'GET', path: '/version' });
  if (status !== 200) throw new ClusterRefused(`failed to get server version: the server answered ${status}`);
  const { name, namespaces, clusterResources, shard, project, labels, annotations } = known;
  await writeCluster(
    { server, name, namespaces, clusterResources, shard, project, labels, annotations, config },
    true,
    store,
  );
  await retire(client, claims, token.secret);
}

function configOf(known: KnownCluster): ClusterConfig {
  const resolved = resolveAccess(known);
  if (resolved.kind === 'problem')
    throw new ClusterRefused(`failed to get REST config for cluster: ${resolved.sentence}`);
  return resolved.config;
}

interface Claims {
  readonly namespace: string;
  readonly account: string;
  readonly secret: string;
}

/** What a token says of itself; nobody vouches for it here, the cluster will. */
function claimsOf(token: string): Claims {
  let claims: JsonObject = {};
  try {
    const read = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (isMap(read)) claims = read as JsonObject;
  } catch {
    // No token of a service account, then, as below.
  }
  const text = (name: string): string => {
    const value = claims[`kubernetes.io/serviceaccount/${name}`];
    return typeof value === 'string' ? value : '';
  };
  const [namespace, account, secret] = [text('namespace'), text('service-account.name'), text('secret.name')];
  if (namespace === '' || account === '' || secret === '')
    throw new ClusterRefused('failed to parse service account token: it is not that of a Secret of a service account');
  return { namespace, account, secret };
}

async function newToken(
  client: KubeClient,
  { namespace, secret }: Claims,
  clock: Clock,
): Promise<{ readonly text: string; readonly secret: string }> {
  const type = await typeOf(client, 'Secret');
  const before = await client.get(type, { namespace, name: secret });
  if (!before) throw new ClusterRefused(`failed to generate new cluster manager secret: secrets "${secret}" not found`);
  const { annotations = {} } = before.metadata;
  const made = await client.create(type, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: {
      generateName: `${secret.split('-').slice(0, -1).join('-')}-`,
      namespace,
      // The uid is that of the account, which the cluster fills in anew.
      annotations: { 'kubernetes.io/service-account.name': annotations['kubernetes.io/service-account.name'] ?? '' },
    },
  } as KubeObject);
  const name = made.metadata.name ?? '';
  for (let attempt = 0; attempt < TOKEN_TRIES; attempt += 1) {
    const { token = '' } = ((await client.get(type, { namespace, name }))?.['data'] ?? {}) as {
      readonly token?: string;
    };
    if (token !== '') return { text: Buffer.from(token, 'base64').toString('utf8'), secret: name };
    await clock.sleep(TOKEN_WAIT_MS);
  }
  throw new ClusterRefused(
    'failed to generate new cluster manager secret: timed out waiting for secret to generate new token',
  );
}

/** The account lists the new Secret in place of the old one, which goes, and its token with it. */
async function retire(client: KubeClient, { namespace, account, secret }: Claims, made: string): Promise<void> {
  const type = await typeOf(client, 'ServiceAccount');
  const found = await client.get(type, { namespace, name: account });
  const listed = (found?.['secrets'] ?? []) as readonly { readonly name?: string }[];
  const rest = listed.filter(({ name }) => name !== secret && name !== made);
  if (found) await client.update(type, { ...found, secrets: [...rest, { name: made }] } as unknown as KubeObject);
  await client.delete(await typeOf(client, 'Secret'), { namespace, name: secret });
}

async function typeOf(client: KubeClient, kind: string): Promise<ResourceType> {
  return present(await client.discovery.resolve({ group: '', version: 'v1', kind }), `the kind ${kind}`);
}
