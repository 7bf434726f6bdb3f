// Objects of kinds that may not be watched: each is read by itself when somebody asks for it, and looked at again for as long
// as somebody goes on asking.

import { type KubeClient, type ObjectChange, type ResourceType, isKubeError } from '@evenkeel/kube';
import { type GroupKind, type KubeObject, type ObjectRef, refKey, refOf } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import { KindDenied, kindKey } from './denied-kinds.ts';

/** How often an object is looked at again, and how many a second at most. */
const LOOK_MS = 5_000;
const LOOKS_PER_SECOND_MAX = 20;
/** Nobody has asked for so long: it is forgotten. */
const FORGOTTEN_MS = 600_000;

interface Entry {
  readonly type: ResourceType;
  readonly ref: ObjectRef;
  object: KubeObject | undefined;
  askedAtMs: number;
}

interface ReadObjectsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly onChange: (change: ObjectChange) => void;
}

/** The objects of one cluster that are read one by one. */
export class ReadObjects implements Disposable {
  readonly #options: ReadObjectsOptions;
  readonly #entries = new Map<string, Entry>();
  #cancel: (() => void) | undefined;

  constructor(options: ReadObjectsOptions) {
    this.#options = options;
  }

  /** Reads these objects of one type. Rejects with KindDenied where we may not. */
  async read(type: ResourceType, refs: readonly ObjectRef[]): Promise<void> {
    const askedAtMs = this.#options.clock.now();
    await Promise.all(
      refs.map(async (ref) => {
        const key = refKey(ref);
        const entry = this.#entries.get(key) ?? { type, ref, object: undefined, askedAtMs };
        entry.askedAtMs = askedAtMs;
        await this.#look(entry);
        this.#entries.set(key, entry);
      }),
    );
    this.#schedule();
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.#entries.get(refKey(ref))?.object;
  }

  /** Every object that was read and is there. */
  all(): readonly KubeObject[] {
    return [...this.#entries.values()].flatMap(({ object }) => object ?? []);
  }

  /** Takes over an object just written. */
  observe(type: ResourceType, object: KubeObject): void {
    const ref = refOf(object);
    const key = refKey(ref);
    const entry = this.#entries.get(key) ?? { type, ref, object: undefined, askedAtMs: this.#options.clock.now() };
    this.#entries.set(key, entry);
    this.#show(entry, object);
    this.#schedule();
  }

  /** Forgets a kind: it is watched now. */
  drop(kind: GroupKind): void {
    for (const [key, { ref }] of this.#entries) if (kindKey(ref) === kindKey(kind)) this.#entries.delete(key);
  }

  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#entries.clear();
  }

  async #look(entry: Entry): Promise<void> {
    try {
      this.#show(entry, await this.#options.client.get(entry.type, entry.ref));
    } catch (error) {
      if (isKubeError(error, 403)) throw new KindDenied(entry.type, ['get'], error);
      throw error;
    }
  }

  #show(entry: Entry, object: KubeObject | undefined): void {
    const previous = entry.object;
    if (previous?.metadata.resourceVersion === object?.metadata.resourceVersion) return;
    entry.object = object;
    const { onChange } = this.#options;
    if (!object) {
      if (previous) onChange({ kind: 'deleted', object: previous });
    } else onChange(previous ? { kind: 'updated', object, previous } : { kind: 'added', object });
  }

  #schedule(): void {
    if (this.#cancel || this.#entries.size === 0) return;
    const delayMs = Math.max(LOOK_MS, (this.#entries.size * 1000) / LOOKS_PER_SECOND_MAX);
    this.#cancel = this.#options.clock.after(delayMs, () => void this.#lookAll());
  }

  async #lookAll(): Promise<void> {
    const stale = this.#options.clock.now() - FORGOTTEN_MS;
    for (const [key, entry] of this.#entries) {
      if (entry.askedAtMs < stale) this.#entries.delete(key);
      // Whoever asks next is told what is wrong.
      else await this.#look(entry).catch(() => undefined);
    }
    this.#cancel = undefined;
    this.#schedule();
  }
}
