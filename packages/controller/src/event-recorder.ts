// Kubernetes events about the objects we work on. Recording never waits and never fails: events go out in the
// background, one after another, and are dropped where the server refuses them or too many wait.

import { type KubeClient, type ResourceType, KubeUnreachable, isKubeError, systemClock } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { type Clock, kubeTime } from '@evenkeel/std';
import { type EventSubject, type HappenedEvent, createEventCorrelator } from './event-correlator.ts';

export interface EventRecorderOptions {
  /** `source.component` and `reportingComponent`: who says so. */
  readonly component: string;
  /** `reportingInstance`: which replica. */
  readonly instance?: string;
  readonly clock?: Clock;
  /** Events that may wait. Default 1000, as client-go's broadcaster. */
  readonly queueMax?: number;
  readonly signal?: AbortSignal;
  /** Told why an event was lost. */
  readonly onError?: (error: Error) => void;
}

/** What is recorded, besides the object it is about. */
export type EventToRecord = Pick<HappenedEvent, 'type' | 'reason' | 'message' | 'annotations'>;

/** Records core/v1 Events, which are readable as events.k8s.io/v1 too. */
export interface EventRecorder extends AsyncDisposable {
  record(about: KubeObject, event: EventToRecord): void;
  /** Resolves when everything recorded so far is sent or given up. */
  flush(): Promise<void>;
  /** Events not sent: spam, a full queue, or refused. */
  readonly dropped: number;
}

const eventType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  namespaced: true,
  verbs: ['create', 'patch'],
  shortNames: ['ev'],
  categories: [],
  subresources: [],
};

/** client-go:tools/record/event.go: 12 tries, 10 seconds apart. */
const TRIES_MAX = 12;
const RETRY_MS = 10_000;
const MESSAGE_LENGTH_MAX = 1024;

/** Makes a recorder over `client`. Disposing gives up what waits; `flush` first where that matters. */
export function createEventRecorder(client: KubeClient, options: EventRecorderOptions): EventRecorder {
  return new BackgroundRecorder(client, options);
}

class BackgroundRecorder implements EventRecorder {
  readonly #client: KubeClient;
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #correlator = createEventCorrelator();
  readonly #queue: HappenedEvent[] = [];
  readonly #stop = new AbortController();
  #sending: Promise<void> | undefined;
  #dropped = 0;
  #serial = 0;

  constructor(client: KubeClient, options: EventRecorderOptions) {
    this.#client = client;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    options.signal?.addEventListener('abort', () => this.#stop.abort(), { once: true });
    if (options.signal?.aborted === true) this.#stop.abort();
  }

  get dropped(): number {
    return this.#dropped;
  }

  record(about: KubeObject, event: EventToRecord): void {
    if (this.#stop.signal.aborted || this.#queue.length >= (this.#options.queueMax ?? 1000)) {
      this.#dropped += 1;
      return;
    }
    this.#queue.push({ ...event, message: shortened(event.message), subject: subjectOf(about) });
    this.#sending ??= this.#sendAll();
  }

  async flush(): Promise<void> {
    await this.#sending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    // The first wait lets the caller finish what it does before requests begin.
    await Promise.resolve();
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      if (this.#stop.signal.aborted) this.#dropped += 1;
      else await this.#send(event);
    }
    this.#sending = undefined;
  }

  async #send(event: HappenedEvent): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#sendOnce(event);
        return;
      } catch (error) {
        const retry = error instanceof KubeUnreachable && attempt < TRIES_MAX && !this.#stop.signal.aborted;
        if (!retry) {
          this.#dropped += 1;
          if (error instanceof Error && !this.#stop.signal.aborted) this.#options.onError?.(error);
          return;
        }
        await this.#clock.sleep(RETRY_MS, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  async #sendOnce(event: HappenedEvent): Promise<void> {
    const nowMs = this.#clock.now();
    const correlation = this.#correlator.correlate(event, nowMs);
    if (correlation.kind === 'spam') {
      this.#dropped += 1;
      return;
    }
    const { key, message, known } = correlation;
    const namespace = event.subject.namespace === '' ? 'default' : event.subject.namespace;
    const { signal } = this.#stop;
    if (known) {
      const count = known.count + 1;
      const patch = { count, message, lastTimestamp: kubeTime(nowMs) };
      try {
        await this.#client.patch(eventType, { namespace, name: known.name }, 'merge', patch, { signal });
        this.#correlator.remember(key, { ...known, count });
        return;
      } catch (error) {
        // Events expire after an hour; what is gone is written anew.
        if (!isKubeError(error, 404)) throw error;
        this.#correlator.forget(key);
      }
    }
    const created = this.#eventObject({ ...event, message }, namespace, nowMs);
    await this.#client.create(eventType, created, { signal });
    this.#correlator.remember(key, { name: created.metadata.name ?? '', count: 1, firstMs: nowMs });
  }

  #eventObject(event: HappenedEvent, namespace: string, nowMs: number): KubeObject {
    const { component, instance } = this.#options;
    const time = kubeTime(nowMs);
    this.#serial += 1;
    const unique = (BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(this.#serial % 1_000_000)).toString(16);
    const { subject, annotations } = event;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${subject.name.slice(0, 230)}.${unique}`, namespace, ...(annotations ? { annotations } : {}) },
      involvedObject: { ...subject },
      reason: event.reason,
      message: event.message,
      type: event.type,
      source: { component },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      reportingComponent: component,
      reportingInstance: instance ?? '',
    };
  }
}

function subjectOf(object: KubeObject): EventSubject {
  const { namespace = '', name = '', uid = '', resourceVersion } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace,
    name,
    uid,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** Servers refuse messages beyond 1024 bytes. */
function shortened(message: string): string {
  if (new TextEncoder().encode(message).length <= MESSAGE_LENGTH_MAX) return message;
  let kept = message.slice(0, MESSAGE_LENGTH_MAX);
  while (new TextEncoder().encode(`${kept}…`).length > MESSAGE_LENGTH_MAX) kept = kept.slice(0, -1);
  return `${kept}…`;
}
