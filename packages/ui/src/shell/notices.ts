// Short messages about what was asked for; read aloud by screen readers, gone by themselves unless something is wrong.

import { type Store, createStore } from '../live/store.ts';

export interface Notice {
  readonly id: number;
  readonly tone: 'quiet' | 'wrong';
  readonly sentence: string;
  readonly remedy?: string;
}

export const noticeStore: Store<readonly Notice[]> = createStore<readonly Notice[]>([]);

const QUIET_MS = 4000;
let lastId = 0;

/** Shows a message. At most three stand at once. */
export function notify(notice: Omit<Notice, 'id'>): void {
  lastId += 1;
  const id = lastId;
  noticeStore.update((all) => [...all.slice(-2), { ...notice, id }]);
  if (notice.tone === 'quiet') setTimeout(() => dismiss(id), QUIET_MS);
}

/** Takes a message away. */
export function dismiss(id: number): void {
  noticeStore.update((all) => all.filter((notice) => notice.id !== id));
}
