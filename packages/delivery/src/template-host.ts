// What chart templates may ask of this process: time, randomness and keys, and nothing else.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { RenderHost } from '@evenkeel/helm';

/** The host of every chart rendered here. DNS stays closed, as Helm keeps it unless asked. */
export const templateHost: Omit<RenderHost, 'lookup'> = {
  nowNanos: () => BigInt(Date.now()) * 1_000_000n,
  localZone: 'UTC',
  randomBytes: (count) => new Uint8Array(randomBytes(count)),
  generatePrivateKey(kind) {
    if (kind === 'rsa') return pem(generateKeyPairSync('rsa', { modulusLength: 4096 }), 'pkcs1');
    if (kind === 'ecdsa') return pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sec1');
    return pem(generateKeyPairSync('ed25519'), 'pkcs8');
  },
  lookupHost: () => '',
};

function pem(pair: { readonly privateKey: import('node:crypto').KeyObject }, type: 'pkcs1' | 'sec1' | 'pkcs8'): string {
  return pair.privateKey.export({ type, format: 'pem' }).toString();
}
