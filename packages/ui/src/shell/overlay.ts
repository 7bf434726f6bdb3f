// Which overlay is open.

import { type Store, createStore } from '../live/store.ts';

export type Overlay = 'none' | 'palette' | 'help';

export const overlayStore: Store<Overlay> = createStore<Overlay>('none');
