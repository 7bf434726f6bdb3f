// The real kube-apiserver with its audit log on: who asked for what is counted by the server itself, so nothing stands
// between client and server while they are measured.

import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterConfig } from '@evenkeel/kube';
import { referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';

/** Requests by verb, as the server names verbs. */
export type Requests = Readonly<Record<string, number>>;

export interface AuditedCluster extends AsyncDisposable {
  /** The bench's own user. */
  readonly config: ClusterConfig;
  /** The kubeconfig of the user under measurement. */
  readonly kubeconfig: string;
  /** What the user under measurement has asked for since the last call. */
  requests(): Requests;
  /** The same, one entry for each verb and resource. */
  requestsByResource(): Requests;
}

/** Each request of the user under measurement once; watches when they begin. Nothing of anybody else. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata', users: ['measured'], omitManagedFields: true }, { level: 'None' }],
};

/** Starts it. Throws with one sentence where the binaries are not installed. */
export async function startAuditedCluster(): Promise<AuditedCluster> {
  const missing = referenceClusterMissing();
  if (missing !== undefined) throw new Error(`no real cluster to measure with: ${missing}`);
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-audit-'));
  const policy = join(directory, 'policy.json');
  const log = join(directory, 'audit.log');
  writeFileSync(policy, JSON.stringify(auditPolicy));
  writeFileSync(log, '');
  const token = randomBytes(16).toString('hex');
  const cluster = await startReferenceCluster({
    users: { [token]: { user: 'measured', groups: ['system:masters'] } },
    apiServerFlags: [
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${log}`,
      '--audit-log-mode=batch',
      // Every app has a Service; the /24 of the tests is used up after 254.
      '--service-cluster-ip-range=10.0.0.0/16',
    ],
  });
  const config = cluster.configFor(token);
  const kubeconfig = join(directory, 'kubeconfig.json');
  writeFileSync(kubeconfig, kubeconfigText(config, token));
  const counter = createCounter(log);
  return {
    config: cluster.config,
    kubeconfig,
    requests: () => counter(({ verb }) => verb),
    requestsByResource: () =>
      counter(({ verb, objectRef, requestURI }) => `${verb} ${objectRef?.resource ?? requestURI.split('?')[0] ?? ''}`),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface AuditEvent {
  readonly verb: string;
  readonly stage: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string };
}

function createCounter(log: string): (nameOf: (event: AuditEvent) => string) => Requests {
  let offset = 0;
  return (nameOf) => {
    const counts: Record<string, number> = {};
    const text = readFrom(log, offset);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    offset += Buffer.byteLength(whole);
    for (const line of whole.split('\n')) {
      if (line === '') continue;
      const event = JSON.parse(line) as AuditEvent;
      const isCounted = event.verb === 'watch' ? event.stage === 'ResponseStarted' : event.stage !== 'ResponseStarted';
      if (!isCounted) continue;
      const name = nameOf(event);
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  };
}

function readFrom(file: string, offset: number): string {
  const handle = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let at = offset; ;) {
      const chunk = Buffer.alloc(1 << 20);
      const length = readSync(handle, chunk, 0, chunk.length, at);
      if (length === 0) break;
      chunks.push(chunk.subarray(0, length));
      at += length;
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    closeSync(handle);
  }
}

function kubeconfigText({ server, certificateAuthority = '' }: ClusterConfig, token: string): string {
  const authority = Buffer.from(certificateAuthority).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'measured', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'measured', user: { token } }],
    contexts: [{ name: 'measured', context: { cluster: 'measured', user: 'measured' } }],
    'current-context': 'measured',
  });
}
