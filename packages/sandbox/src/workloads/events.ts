// Events as the built-in components record them: one object per happening, counted up when it happens again.

import type { KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { Draft } from '../store/draft.ts';
import type { ControllerDeps } from './actor.ts';
import { EventCorrelator } from './event-correlator.ts';

export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** "spec.containers{web}", for events of one container. */
  readonly fieldPath?: string;
}

// As --event-ttl of kube-apiserver.
const keepMs = 3_600_000;

/** Records what one component has to say. */
export class EventRecorder {
  readonly #deps: ControllerDeps;
  readonly #component: string;
  readonly #host: string | undefined;
  readonly #known = new Map<string, string>();
  readonly #correlator = new EventCorrelator();
  /** What is still to be forgotten, the oldest first: one timer for all. */
  #kept: { readonly untilMs: number; readonly namespace: string; readonly name: string }[] = [];

  constructor(deps: ControllerDeps, component: string, host?: string) {
    this.#deps = deps;
    this.#component = component;
    this.#host = host;
  }

  record(object: KubeObject, happening: Happening): void {
    const { namespace = 'default', uid = '' } = object.metadata;
    const { type, reason, message, fieldPath = '' } = happening;
    const full = [uid, type, reason, message, fieldPath].join('|');
    const correlated = this.#correlator.correlate(
      { about: uid, type, reason, message, key: full },
      this.#deps.clock.now(),
    );
    if (!correlated.heard) return;
    const { key } = correlated;
    const events = this.#deps.store.collection('events');
    const known = events.get(namespace, this.#known.get(key) ?? '');
    if (known !== undefined) events.put(this.#repeated(known, correlated.message));
    else if (this.#namespaceLives(namespace)) {
      const draft = this.#fresh(object, namespace, { ...happening, message: correlated.message });
      if (this.#known.size > 5000) this.#known.clear();
      this.#known.set(key, draft.metadata.name ?? '');
      events.put(draft);
      this.#keep(namespace, draft.metadata.name ?? '');
    }
  }

  #keep(namespace: string, name: string): void {
    this.#kept.push({ untilMs: this.#deps.clock.now() + keepMs, namespace, name });
    if (this.#kept.length === 1) this.#deps.clock.after(keepMs, () => this.#forgetOld());
  }

  #forgetOld(): void {
    const nowMs = this.#deps.clock.now();
    const events = this.#deps.store.collection('events');
    const young = this.#kept.findIndex(({ untilMs }) => untilMs > nowMs);
    const old = young === -1 ? this.#kept : this.#kept.slice(0, young);
    this.#kept = young === -1 ? [] : this.#kept.slice(young);
    for (const { namespace, name } of old) events.remove(namespace, name);
    const [next] = this.#kept;
    if (next) this.#deps.clock.after(next.untilMs - nowMs, () => this.#forgetOld());
  }

  #namespaceLives(name: string): boolean {
    return this.#deps.store.collection('namespaces').get('', name)?.metadata.deletionTimestamp === undefined;
  }

  #repeated(event: KubeObject, message: string): Draft {
    const count = typeof event['count'] === 'number' ? event['count'] : 1;
    const draft = { ...event, metadata: { ...event.metadata } } as unknown as Draft;
    draft['count'] = count + 1;
    draft['message'] = message;
    draft['lastTimestamp'] = kubeTime(this.#deps.clock.now());
    return draft;
  }

  #fresh(object: KubeObject, namespace: string, happening: Happening): Draft {
    const now = kubeTime(this.#deps.clock.now());
    const { name = '', uid = '', resourceVersion = '' } = object.metadata;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${name}.${hexStamp(this.#deps)}`,
        namespace,
        uid: this.#deps.chance.uid(),
        creationTimestamp: now,
      },
      involvedObject: {
        kind: object.kind,
        ...(object.metadata.namespace === undefined ? {} : { namespace }),
        name,
        uid,
        apiVersion: object.apiVersion,
        resourceVersion,
        ...(happening.fieldPath === undefined ? {} : { fieldPath: happening.fieldPath }),
      },
      reason: happening.reason,
      message: happening.message,
      source: { component: this.#component, ...(this.#host === undefined ? {} : { host: this.#host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: happening.type,
      eventTime: null,
      reportingComponent: this.#component,
      reportingInstance: this.#host ?? '',
    };
  }
}

// Upstream appends the time in nanoseconds, in hex.
function hexStamp(deps: ControllerDeps): string {
  const nanoseconds = BigInt(deps.clock.now()) * 1_000_000n + BigInt(Math.floor(deps.chance.fraction() * 1_000_000));
  return nanoseconds.toString(16);
}
