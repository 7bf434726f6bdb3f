// The class that is taken where an object names none: the newest of those marked as the default, then the first by name
// (kubernetes:plugin/pkg/admission/{storage,network}, 1.35).

import type { Store } from '../store/store.ts';

/** The name of the default class in a collection. */
export function standardClass(store: Store, collection: string, annotation: string): string | undefined {
  const marked = store
    .collection(collection)
    .list()
    .filter((each) => each.metadata.annotations?.[annotation] === 'true')
    .map(({ metadata }) => ({ name: metadata.name ?? '', made: Date.parse(metadata.creationTimestamp ?? '') }))
    .sort((a, b) => b.made - a.made || (a.name < b.name ? -1 : 1));
  return marked[0]?.name;
}
