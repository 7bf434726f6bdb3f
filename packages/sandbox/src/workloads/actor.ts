// How the built-in controllers read and write: straight on the store's collections and through the writer, under the
// name of the component they stand for.

import type { Json, KubeObject } from '@evenkeel/resource';
import { type Clock, kubeTime } from '@evenkeel/std';
import type { Identity } from '../access/identity.ts';
import type { Replays } from '../admission/replay.ts';
import type { Registry } from '../api/registry.ts';
import type { Remover } from '../api/remover.ts';
import { type ServedType, apiVersionOf } from '../api/served-type.ts';
import { ApiError } from '../api/status.ts';
import type { Writer } from '../api/writer.ts';
import { applyConfiguration } from '../apply/apply.ts';
import type { Chance } from '../clock.ts';
import { type Bag, type Draft, bagAt, draftOf, withMeta } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

/** What controllers are made from. */
export interface ControllerDeps {
  readonly store: Store;
  readonly registry: Registry;
  readonly writer: Writer;
  readonly remover: Remover;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly replays: Replays;
  /** Simulated durations are divided by this. */
  readonly speed: number;
}

/** One component's hands. */
export class Actor {
  readonly deps: ControllerDeps;
  readonly manager: string;
  readonly #identity: Identity;
  readonly #types = new Map<string, ServedType>();

  constructor(deps: ControllerDeps, manager: string) {
    this.deps = deps;
    this.manager = manager;
    this.#identity = { user: `system:${manager}`, groups: ['system:authenticated'] };
  }

  /** Now, as objects write it. */
  now(): string {
    return kubeTime(this.deps.clock.now());
  }

  get(collection: string, namespace: string, name: string): KubeObject | undefined {
    return this.deps.store.collection(collection).get(namespace, name);
  }

  list(collection: string, namespace?: string): readonly KubeObject[] {
    return this.deps.store.collection(collection).list(namespace);
  }

  /** Creates an object; undefined where the API server refuses (already there, namespace ending, quota). */
  create(collection: string, draft: Draft): KubeObject | undefined {
    const created = this.attempt(collection, draft);
    return created instanceof ApiError ? undefined : created;
  }

  /** Creates an object, or returns the API server's refusal. */
  attempt(collection: string, draft: Draft): KubeObject | ApiError {
    const type = this.#type(collection);
    const write = this.#write(type, draft.metadata.namespace, undefined);
    try {
      return this.deps.writer.createDraft(write, { draft, warnings: [] }).object;
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  /** Changes an object as it is now; nothing is written where `change` leaves it equal. Undefined where it is gone. */
  update(
    collection: string,
    object: KubeObject,
    change: (draft: Draft) => void,
    subresource?: string,
  ): KubeObject | undefined {
    const type = this.#type(collection);
    const { namespace, name = '' } = object.metadata;
    return unlessRefused(
      () =>
        this.deps.writer.modify(this.#write(type, namespace, subresource), name, (old) => {
          const draft = draftOf(old);
          change(draft);
          return { draft, warnings: [] };
        }).object,
    );
  }

  /** Writes status, computed from the object as it is now. */
  updateStatus(
    collection: string,
    object: KubeObject,
    change: (status: Bag, now: KubeObject) => void,
  ): KubeObject | undefined {
    return this.update(
      collection,
      object,
      (draft) => {
        const status = bagAt(draft, 'status') ?? {};
        change(status, draft as unknown as KubeObject);
        draft['status'] = status;
      },
      'status',
    );
  }

  /** Applies status as a configuration of its own, whoever else wrote there. */
  applyStatus(collection: string, object: KubeObject, status: Json): void {
    const type = this.#type(collection);
    const { namespace, name = '' } = object.metadata;
    const write = this.#write(type, namespace, 'status');
    unlessRefused(
      () =>
        applyConfiguration({
          writer: this.deps.writer,
          write: { ...write, parameters: { ...write.parameters, force: true } },
          name,
          body: { apiVersion: apiVersionOf(type), kind: type.kind, metadata: { name }, status },
          now: () => this.now(),
        }).object,
    );
  }

  /** Changes an object without recording an owner, as internal steps of the server do. */
  put(collection: string, object: KubeObject, change: (draft: Draft) => void): KubeObject | undefined {
    const current = this.get(collection, object.metadata.namespace ?? '', object.metadata.name ?? '');
    if (current === undefined || current.metadata.uid !== object.metadata.uid) return undefined;
    const draft = withMeta(current, () => undefined);
    change(draft);
    return this.deps.store.collection(collection).put(draft);
  }

  delete(
    collection: string,
    object: KubeObject,
    options: { readonly graceSeconds?: number; readonly propagation?: 'Foreground' | 'Background' | 'Orphan' } = {},
  ): void {
    const { namespace, name = '', uid } = object.metadata;
    unlessRefused(
      () =>
        this.deps.remover.remove(
          this.#type(collection),
          { namespace, name },
          {
            gracePeriodSeconds: options.graceSeconds,
            propagation: options.propagation,
            uid,
            resourceVersion: undefined,
            dryRun: false,
            by: { identity: this.#identity, options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' } },
          },
        ).body,
    );
  }

  #type(collection: string): ServedType {
    let type = this.#types.get(collection);
    if (type === undefined) {
      type = this.deps.registry.byCollection(collection);
      if (type === undefined) throw new Error(`no type is served for ${collection}`);
      if (type.custom === undefined) this.#types.set(collection, type);
    }
    return type;
  }

  #write(
    type: ServedType,
    namespace: string | undefined,
    subresource: string | undefined,
  ): Parameters<Writer['createDraft']>[0] {
    return {
      type,
      namespace: type.namespaced ? namespace : '',
      manager: this.manager,
      subresource,
      parameters: { dryRun: false, fieldManager: this.manager, fieldValidation: 'Ignore', force: false },
      // Webhooks that watch status are spared the pulse of the simulated cluster.
      ...(subresource === undefined
        ? { by: { identity: this.#identity, options: { apiVersion: 'meta.k8s.io/v1' }, trusted: true } }
        : {}),
    };
  }
}

function unlessRefused<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
