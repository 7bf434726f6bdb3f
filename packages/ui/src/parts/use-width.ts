// Measures: the width of an element, and whether a media query holds.

import { type RefCallback, useCallback, useState, useSyncExternalStore } from 'react';

/** The width of an element in whole pixels, followed while it is shown; 0 before it is known. */
export function useWidth<Node extends Element>(): readonly [RefCallback<Node>, number] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((node: Node | null) => {
    if (!node) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

/** Where rows become cards and the rail becomes a bottom bar. */
export const narrowScreen = '(max-width: 719px)';
