// Pods here and pods on the server, kept the same: what the server has is copied in, and what scheduler and kubelets have
// written here is brought there, one request at a time for each pod, until nothing is left to say.

import type { Informer, KubeResponse, KubeTransport, ObjectChange } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { Collection } from '../store/collection.ts';
import { type Bag, type Draft, bagAt, draftOf, sameValue } from '../store/draft.ts';

export interface PodLinkOptions {
  readonly transport: KubeTransport;
  readonly collection: Collection;
  readonly informer: Informer;
  readonly onError: (error: unknown) => void;
}

/** Both directions of the pods' state. */
export class PodLink implements Disposable {
  readonly #options: PodLinkOptions;
  /** Each pod as the server had it last. */
  readonly #theirs = new Map<string, KubeObject>();
  /** Uids of pods that are gone although a late event may still speak of them. */
  readonly #gone = new Set<string>();
  readonly #busy = new Set<string>();
  /** The status patch that each pod was sent last: a server that keeps something else is not asked again. */
  readonly #said = new Map<string, string>();
  readonly #stops: readonly (() => void)[];
  #adopting = false;

  constructor(options: PodLinkOptions) {
    this.#options = options;
    const { informer, collection } = options;
    for (const object of informer.list()) this.#hear({ kind: 'added', object });
    this.#stops = [
      informer.onChange((change) => this.#hear(change)),
      collection.subscribe({
        event: ({ object }) => {
          if (!this.#adopting) void this.#bring(keyOf(object));
        },
      }),
    ];
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }

  #hear({ kind, object }: Pick<ObjectChange, 'kind' | 'object'>): void {
    const key = keyOf(object);
    const known = this.#theirs.get(key);
    if (kind === 'deleted') {
      if (known?.metadata.uid === object.metadata.uid) this.#theirs.delete(key);
    } else if (!this.#gone.has(object.metadata.uid ?? '') && !isOlder(object, known)) this.#theirs.set(key, object);
    if (!this.#busy.has(key)) this.#adopt(key);
  }

  #adopt(key: string): void {
    const { collection } = this.#options;
    const slash = key.indexOf('/');
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
    const theirs = this.#theirs.get(key);
    const ours = collection.get(namespace, name);
    this.#adopting = true;
    try {
      if (ours !== undefined && ours.metadata.uid !== theirs?.metadata.uid) {
        collection.remove(namespace, name);
        this.#said.delete(key);
      }
      if (theirs !== undefined && !sameButVersion(ours, theirs)) collection.put(draftOf(theirs));
    } finally {
      this.#adopting = false;
    }
  }

  async #bring(key: string): Promise<void> {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    try {
      while (await this.#sayNext(key));
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#busy.delete(key);
    }
    this.#adopt(key);
  }

  /** Sends the one request that is due; false where none is. */
  async #sayNext(key: string): Promise<boolean> {
    const slash = key.indexOf('/');
    const ours = this.#options.collection.get(key.slice(0, slash), key.slice(slash + 1));
    const theirs = this.#theirs.get(key);
    if (theirs === undefined || (ours !== undefined && ours.metadata.uid !== theirs.metadata.uid)) return false;
    const ends = ours?.metadata.deletionGracePeriodSeconds === 0;
    if (ours === undefined || (ends && theirs.metadata.deletionGracePeriodSeconds !== 0)) return this.#end(key, theirs);
    const node = nodeOf(ours);
    if (node !== '' && nodeOf(theirs) === '') return this.#bind(key, theirs, node);
    const status = changedStatus(ours, theirs);
    const text = JSON.stringify(status);
    if (status === undefined || this.#said.get(key) === text) return false;
    this.#said.set(key, text);
    const body = { metadata: { uid: theirs.metadata.uid ?? '' }, status };
    return this.#keep(key, await this.#send('PATCH', `${pathOf(theirs)}/status`, body as unknown as KubeObject));
  }

  async #bind(key: string, theirs: KubeObject, node: string): Promise<boolean> {
    const { name = '', uid = '' } = theirs.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, uid }, target };
    const { status } = await this.#send('POST', `${pathOf(theirs)}/binding`, body);
    if (status >= 300) return false;
    // The answer is a Status; the pod itself comes over the watch, later than what the kubelet has to say.
    const bound = draftOf(theirs);
    bound['spec'] = { ...bagAt(bound, 'spec'), nodeName: node };
    this.#theirs.set(key, bound as unknown as KubeObject);
    return true;
  }

  async #end(key: string, theirs: KubeObject): Promise<boolean> {
    const { uid = '' } = theirs.metadata;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
    const answer = await this.#send('DELETE', pathOf(theirs), body as unknown as KubeObject);
    const left = answer.body as KubeObject | undefined;
    const lives = answer.status === 200 && left?.kind === 'Pod' && (left.metadata.finalizers ?? []).length > 0;
    if (lives) return this.#keep(key, answer);
    // A refusal leaves the pod there, and the kubelet finds it again.
    if (answer.status !== 200 && answer.status !== 404) return false;
    this.#gone.add(uid);
    this.#theirs.delete(key);
    return false;
  }

  /** A pod in an answer is newer than what was known. */
  #keep(key: string, { status, body }: KubeResponse): boolean {
    if (status !== 200) return false;
    this.#theirs.set(key, body as KubeObject);
    return true;
  }

  #send(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: KubeObject | Readonly<Record<string, unknown>>,
  ): Promise<KubeResponse> {
    return this.#options.transport.send({
      method,
      path,
      body: body as KubeObject,
      ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
    });
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function pathOf({ metadata }: KubeObject): string {
  return `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name ?? ''}`;
}

function nodeOf(pod: KubeObject): string {
  return ((pod['spec'] ?? {}) as { readonly nodeName?: string }).nodeName ?? '';
}

function isOlder(object: KubeObject, than: KubeObject | undefined): boolean {
  if (than?.metadata.uid !== object.metadata.uid) return false;
  return Number(object.metadata.resourceVersion) < Number(than?.metadata.resourceVersion);
}

// Here versions are counted apart.
function sameButVersion(ours: KubeObject | undefined, theirs: KubeObject): boolean {
  if (ours === undefined) return false;
  const resourceVersion = theirs.metadata.resourceVersion ?? '';
  return sameValue({ ...ours, metadata: { ...ours.metadata, resourceVersion } }, theirs);
}

/** The members of our status that the server has otherwise. */
function changedStatus(ours: KubeObject, theirs: KubeObject): Bag | undefined {
  const [mine, before] = [ours, theirs].map((pod) => bagAt(pod as unknown as Draft, 'status') ?? {});
  const changed = Object.entries(mine ?? {}).filter(([name, value]) => !sameValue(value, before?.[name]));
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
