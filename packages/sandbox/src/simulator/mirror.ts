// A collection of the local store that follows a type of the server and is only read.

import type { Informer, ObjectChange } from '@evenkeel/kube';
import type { Collection } from '../store/collection.ts';
import { draftOf } from '../store/draft.ts';

/** Copies what the informer sees. */
export class Mirror implements Disposable {
  readonly #collection: Collection;
  readonly #stop: () => void;

  constructor(collection: Collection, informer: Informer) {
    this.#collection = collection;
    for (const object of informer.list()) this.#take({ kind: 'added', object });
    this.#stop = informer.onChange((change) => this.#take(change));
  }

  #take({ kind, object }: Pick<ObjectChange, 'kind' | 'object'>): void {
    const { namespace = '', name = '' } = object.metadata;
    if (kind === 'deleted') this.#collection.remove(namespace, name);
    else this.#collection.put(draftOf(object));
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
