// The key that tokens are signed with: `server.secretkey` of the Secret argocd-secret, made when the first token is asked for.
// Mirrors argoproj/argo-cd:util/settings/settings.go InitializeSettings and util/util.go MakeSignature (3.6).

import { randomBytes } from 'node:crypto';
import { type Informer, type KubeClient, isKubeError } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';

/** The Secret. */
export const secretName = 'argocd-secret';
const entry = 'server.secretkey';

/** The key as a Secret holds it; undefined where it holds none. */
export function signingKeyOf(secret: KubeObject | undefined): Uint8Array | undefined {
  const data = secret?.['data'] as Readonly<Record<string, string>> | undefined;
  const text = data?.[entry];
  return text === undefined || text === '' ? undefined : new Uint8Array(Buffer.from(text, 'base64'));
}

/** The key, made and written where there is none. Of two that make one at once the first wins, and both use it. */
export async function ensureSigningKey(client: KubeClient, secrets: Informer, namespace: string): Promise<Uint8Array> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const existing = await client.get(secrets.type, { namespace, name: secretName });
    const key = signingKeyOf(existing);
    if (key) return key;
    try {
      const written = existing
        ? await client.update(secrets.type, withKey(existing))
        : await client.create(secrets.type, withKey(newSecret(namespace)));
      secrets.observe(written);
    } catch (error) {
      if (!isKubeError(error, 409)) throw error;
    }
  }
  throw new Error(`${entry} of Secret ${secretName} cannot be written: others change the Secret all the time`);
}

function newSecret(namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName,
      namespace,
      labels: { 'app.kubernetes.io/name': secretName, 'app.kubernetes.io/part-of': 'argocd' },
    },
    type: 'Opaque',
  };
}

/** The key is text itself, so that it can be typed into tools; the Secret encodes it once more. */
function withKey(secret: KubeObject): KubeObject {
  const text = randomBytes(32).toString('base64');
  const data = secret['data'] as Readonly<Record<string, string>> | undefined;
  return { ...secret, data: { ...data, [entry]: Buffer.from(text).toString('base64') } };
}
