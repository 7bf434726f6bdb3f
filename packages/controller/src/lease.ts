// One of several processes works, the others wait: who holds a Lease leads. Times are those of this process, so that clocks
// may differ: a lease has run out when it has not changed for as long as it is good.
// Mirrors kubernetes:client-go/tools/leaderelection (v1.35): acquire, renew, give up, release.

import { type KubeClient, KubeError, type ResourceType, isKubeError, systemClock } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { type Clock, present } from '@evenkeel/std';

export interface LeaseOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; no other process may be called the same. */
  readonly identity: string;
  /** How long the lease is good without being renewed. It is given up after two thirds of that, and renewed in good time. */
  readonly durationMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Told of every holder that is waited for. */
  readonly onWaiting?: (holder: string) => void;
  readonly clock?: Clock;
}

/** A lease that is held. Disposing gives it back, so that the next need not wait for its end. */
export interface HeldLease extends AsyncDisposable {
  /** Resolves with why, in a sentence, when somebody else may lead by now. */
  readonly lost: Promise<string>;
}

/**
 * Waits until the lease is ours, and renews it from then on. Its namespace is made where it is missing. Rejects where the server
 * refuses or does not answer the first time, and with the signal's reason.
 */
export async function acquireLease(options: LeaseOptions): Promise<HeldLease> {
  const type = present(
    await options.client.discovery.resolve({ group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' }),
    'the kind Lease',
  );
  const lease = new LeaderLease(options, type);
  await lease.acquire();
  lease.keep();
  return lease;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

const RETRIES_IN_A_LEASE = 7;
const RELEASE_TIMEOUT_MS = 5000;

class LeaderLease implements HeldLease {
  readonly lost: Promise<string>;
  readonly #options: LeaseOptions;
  readonly #type: ResourceType;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #retryMs: number;
  readonly #giveUpMs: number;
  #lose: (why: string) => void = () => undefined;
  #kept: Promise<void> = Promise.resolve();
  #isOurs = false;
  /** What the lease said when it last changed, and when we saw that. */
  #seen = '';
  #seenAtMs = 0;

  constructor(options: LeaseOptions, type: ResourceType) {
    this.#options = options;
    this.#type = type;
    this.#clock = options.clock ?? systemClock;
    this.#retryMs = options.durationMs / RETRIES_IN_A_LEASE;
    this.#giveUpMs = (options.durationMs * 2) / 3;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  async acquire(): Promise<void> {
    const { signal, onWaiting } = this.#options;
    let told = '';
    for (let isFirst = true; ; isFirst = false) {
      signal.throwIfAborted();
      const holder = await this.#try(signal).catch((error: unknown) => {
        if (isFirst || signal.aborted) throw error;
        return told;
      });
      if (holder === undefined) return;
      if (holder !== told && holder !== '') onWaiting?.(holder);
      told = holder;
      await this.#clock.sleep(this.#retryMs, signal);
    }
  }

  keep(): void {
    this.#isOurs = true;
    this.#kept = this.#renew();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the lease is given back', 'AbortError'));
    await this.#kept;
    if (this.#isOurs) await this.#release().catch(() => undefined);
  }

  async #renew(): Promise<void> {
    const { signal } = this.#stop;
    const { namespace, name } = this.#options;
    let renewedAtMs = this.#clock.now();
    let why = '';
    while (!signal.aborted) {
      await this.#clock.sleep(this.#retryMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(this.#giveUpMs / 2))]);
        const holder = await this.#try(within);
        if (holder === undefined) renewedAtMs = this.#clock.now();
        else if (holder !== '') return this.#giveUp(`${holder} has taken the lease ${namespace}/${name}`);
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
      }
      const sinceMs = this.#clock.now() - renewedAtMs;
      if (signal.aborted || sinceMs < this.#giveUpMs) continue;
      const seconds = Math.round(sinceMs / 1000);
      return this.#giveUp(`the lease ${namespace}/${name} could not be renewed for ${seconds} s: ${why}`);
    }
  }

  #giveUp(why: string): void {
    this.#isOurs = false;
    this.#lose(why);
  }

  /** Takes or renews the lease. Answers undefined where it is ours, else its holder, '' where somebody was faster just now. */
  async #try(signal: AbortSignal): Promise<string | undefined> {
    const { client, namespace, name, identity } = this.#options;
    const lease = await client.get(this.#type, { namespace, name }, signal);
    const spec = (lease?.['spec'] ?? {}) as LeaseSpec;
    const { holderIdentity: holder = '', leaseDurationSeconds = this.#options.durationMs / 1000 } = spec;
    this.#look(JSON.stringify([lease?.metadata.uid, spec]));
    const isGood = this.#clock.now() < this.#seenAtMs + leaseDurationSeconds * 1000;
    if (holder !== '' && holder !== identity && isGood) return holder;
    const next = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: { ...this.#taken(spec) } };
    try {
      const written = lease
        ? await client.update(this.#type, { ...lease, spec: next.spec }, { signal })
        : await this.#create({ ...next, metadata: { namespace, name } }, signal);
      this.#look(JSON.stringify([written.metadata.uid, written['spec']]));
      return undefined;
    } catch (error) {
      if (isKubeError(error, 409)) return '';
      throw error;
    }
  }

  #look(now: string): void {
    if (now === this.#seen) return;
    this.#seen = now;
    this.#seenAtMs = this.#clock.now();
  }

  #taken({ holderIdentity, acquireTime, leaseTransitions = 0 }: LeaseSpec): Required<LeaseSpec> {
    const { identity, durationMs } = this.#options;
    const isRenewed = holderIdentity === identity;
    const now = microTime(this.#clock.now());
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: isRenewed ? (acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: isRenewed ? leaseTransitions : leaseTransitions + 1,
    };
  }

  async #create(lease: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    const { client, namespace } = this.#options;
    try {
      return await client.create(this.#type, lease, { signal });
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
    const type = present(await client.discovery.resolve({ group: '', version: 'v1', kind: 'Namespace' }), 'namespaces');
    const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await client.create(type, made, { signal }).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.reason === 'AlreadyExists')) throw error;
    });
    return client.create(this.#type, lease, { signal });
  }

  /** Nobody holds it any more, and it is good for a second: whoever waits may take it. */
  async #release(): Promise<void> {
    const { client, namespace, name, identity } = this.#options;
    const signal = AbortSignal.timeout(RELEASE_TIMEOUT_MS);
    const lease = await client.get(this.#type, { namespace, name }, signal);
    const spec = (lease?.['spec'] ?? {}) as LeaseSpec;
    if (!lease || spec.holderIdentity !== identity) return;
    const now = microTime(this.#clock.now());
    const free = { ...this.#taken(spec), holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now };
    await client.update(this.#type, { ...lease, spec: free }, { signal });
  }
}

/** "2026-01-02T03:04:05.678000Z" */
function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
