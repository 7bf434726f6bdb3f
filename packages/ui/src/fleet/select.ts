// Which applications the fleet page shows, and in what order. Pure.

import type { DeliverySummary, Standing } from '@evenkeel/api';
import type { FleetView } from '../address.ts';
import { standingsByWeight } from '../format/words.ts';

/** The rows of a view, sorted. */
export function selectRows(items: readonly DeliverySummary[], view: FleetView): readonly DeliverySummary[] {
  const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = items.filter(
    (item) =>
      (view.standings.length === 0 || view.standings.includes(item.standing)) &&
      (view.frontEnd === '' || item.frontEnd === view.frontEnd) &&
      (view.project === '' || item.project === view.project) &&
      (view.label === '' || labelsOf(item).includes(view.label)) &&
      words.every((word) => searchText(item).includes(word)),
  );
  const order = comparators[view.sort];
  const sorted = chosen.sort(
    (left, right) => order(left, right) || compareText(left.name, right.name) || compareText(left.key, right.key),
  );
  return view.reversed ? sorted.toReversed() : sorted;
}

const texts = new WeakMap<DeliverySummary, string>();

/** Everything a search looks through; kept for each row, since rows are searched at every key stroke. */
function searchText(item: DeliverySummary): string {
  const known = texts.get(item);
  if (known !== undefined) return known;
  const { commit, source, destination } = item;
  const text = [
    item.key,
    item.kind,
    item.project,
    destination.cluster,
    destination.namespace,
    source.url,
    source.path,
    source.revision,
    item.sentence ?? '',
    commit ? `${commit.sha} ${commit.author} ${commit.message}` : '',
    ...labelsOf(item),
  ]
    .join('\n')
    .toLowerCase();
  texts.set(item, text);
  return text;
}

const comparators: Readonly<Record<FleetView['sort'], (left: DeliverySummary, right: DeliverySummary) => number>> = {
  standing: (left, right) => weight(left.standing) - weight(right.standing),
  name: () => 0,
  commit: (left, right) => (right.commit?.dateMs ?? 0) - (left.commit?.dateMs ?? 0),
  destination: (left, right) =>
    compareText(left.destination.cluster, right.destination.cluster) ||
    compareText(left.destination.namespace, right.destination.namespace),
};

function weight(standing: Standing): number {
  return standingsByWeight.indexOf(standing);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** "team=payments" for each label. */
export function labelsOf(item: DeliverySummary): string[] {
  return Object.entries(item.labels).map(([name, value]) => `${name}=${value}`);
}

/** What can be chosen in the filters, with how many rows each has. */
export function countsBy(
  items: readonly DeliverySummary[],
  wordsOf: (item: DeliverySummary) => readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) for (const word of wordsOf(item)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Map([...counts].sort(([left], [right]) => compareText(left, right)));
}

/**
 * Keeps the order that is under the pointer: rows stay where they were, those that left leave, new ones come last.
 * `next` is what the order will be once the pointer is gone.
 */
export function keepOrder(previous: readonly string[], next: readonly DeliverySummary[]): readonly DeliverySummary[] {
  const places = new Map(previous.map((key, index) => [key, index]));
  const place = (item: DeliverySummary): number => places.get(item.key) ?? previous.length;
  return next.toSorted((left, right) => place(left) - place(right));
}
