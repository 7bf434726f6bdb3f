// Whether a commit matters to a delivery, found out without rendering: so that of hundreds of deliveries of one repository
// the one that a push is about goes first.

import { stillSame } from '@evenkeel/source';
import type { Delivery } from './model.ts';
import type { Places } from './places.ts';
import type { RenderedDelivery } from './sources.ts';

/**
 * True where the newest revision answers something differently that the rendering read, and where that cannot be told
 * (several sources read from each other). Never rejects.
 */
export async function isTouched(
  { sources }: Delivery,
  rendered: RenderedDelivery | undefined,
  places: Places,
): Promise<boolean> {
  const [source, ...others] = sources;
  const known = rendered?.sources[0];
  if (!source || !known || others.length > 0) return true;
  const { signal } = new AbortController();
  try {
    const place = await places.locate(source, { signal });
    if (place.content === known.content) return false;
    if (known.facts?.revision !== undefined) return true;
    return !stillSame(known.reads, await place.open(signal));
  } catch {
    // The reconciliation meets the same error, and says it.
    return true;
  }
}
