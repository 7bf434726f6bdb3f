// The live stream as the bearer of a token may see it: each event is looked at when it is sent, since policies change.

import type { StreamEvent } from '@evenkeel/api';
import type { Backend } from '../backend.ts';
import type { Rights } from './rights.ts';
import { maySeeKey, onApplication } from './rule.ts';

/** What is sent of an event, in the place of all that happens. */
export function seenEvents(backend: Backend, rights: Rights): (event: StreamEvent) => readonly StreamEvent[] {
  /** Applications that the page knows of. */
  const shown = new Set<string>();
  const maySee = (item: Parameters<typeof onApplication>[0]): boolean => rights.may(onApplication(item, 'get'));
  return (event) => {
    if (rights.isOwner) return [event];
    if (event.event === 'snapshot') {
      const items = event.data.items.filter(maySee);
      for (const { key } of items) shown.add(key);
      return [{ ...event, data: { items } }];
    }
    if (event.event === 'delivery') {
      const { item } = event.data;
      if (!maySee(item)) return shown.delete(item.key) ? [{ event: 'removed', data: { key: item.key } }] : [];
      shown.add(item.key);
      return [event];
    }
    if (event.event === 'removed') return shown.delete(event.data.key) ? [event] : [];
    return maySeeKey(event.data.key, backend, rights) ? [event] : [];
  };
}
