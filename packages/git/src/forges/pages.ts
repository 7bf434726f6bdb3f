// Lists that come page by page. Half of a list would be taken for the whole of it, and what the rest once generated be
// deleted: so a list comes to its end or not at all.

import { ForgeError } from './errors.ts';

/** Pages that never end are a fault of the forge. */
const PAGES_MAX = 1000;

/** One page, and where the next one is. */
export interface Page<Item, Place> {
  readonly items: readonly Item[];
  readonly next: Place | undefined;
}

/** Everything on all pages. Rejects with ForgeError where they do not end. */
export async function everyPage<Item, Place>(
  first: Place,
  ask: (place: Place) => Promise<Page<Item, Place>>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let place: Place | undefined = first;
  for (let count = 0; place !== undefined; count += 1) {
    if (count === PAGES_MAX) throw new ForgeError('malformed', `a list does not end within ${PAGES_MAX} pages`);
    const page: Page<Item, Place> = await ask(place);
    found.push(...page.items);
    place = page.next;
  }
  return found;
}

/**
 * The page after `asked` that a forge links to, by the address that was asked: a forge behind another name links to its own,
 * and credentials go to nobody who was not asked. @throws ForgeError where the link leads nowhere else.
 */
export function nextPage(asked: string, link: string | undefined): string | undefined {
  if (link === undefined) return undefined;
  const [path = '', search = ''] = asked.split('?');
  const query = new URLSearchParams(search);
  for (const [name, value] of new URLSearchParams(link.split('?')[1] ?? '')) query.set(name, value);
  const next = `${path}?${query.toString()}`;
  if (next === `${path}?${new URLSearchParams(search).toString()}`)
    throw new ForgeError('malformed', `${path}: the link to the next page names no other page`);
  return next;
}
