// Keyboard shortcuts of the whole page. Typing in a field is left alone, and so is everything below an open dialog.

import { useEffect, useRef } from 'react';
import { createSequence, keyName } from './key-names.ts';

type Bindings = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Binds keys while the component is shown: "j", "g f", "Control+k". */
export function useKeys(bindings: Bindings): void {
  const current = useRef(bindings);
  useEffect(() => {
    current.current = bindings;
  });
  useEffect(() => {
    const sequence = createSequence();
    const listen = (event: KeyboardEvent): void => {
      const name = keyName(event);
      const global = name === 'Control+k' || name === 'Meta+k';
      if (event.defaultPrevented || (!global && isBusy(event.target))) return;
      const found = sequence(name, event.timeStamp, new Set(Object.keys(current.current)));
      if (found === undefined) return;
      event.preventDefault();
      current.current[found]?.(event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]')) return true;
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}
