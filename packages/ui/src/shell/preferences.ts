// What is remembered in this browser: theme and density.

import { type Store, createStore } from '../live/store.ts';

export const themes = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof themes)[number];
export type Density = 'comfortable' | 'compact';

export const themeStore: Store<Theme> = createStore<Theme>(themes.find((theme) => theme === recall('theme')) ?? 'auto');
export const densityStore: Store<Density> = createStore<Density>(
  recall('density') === 'compact' ? 'compact' : 'comfortable',
);

/** Applies what is remembered, now and whenever it or the system's wish changes. */
export function applyPreferences(): void {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const apply = (): void => {
    const theme = themeStore.get();
    const auto = contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light';
    root.dataset['theme'] = theme === 'auto' ? auto : theme;
    root.dataset['density'] = densityStore.get();
    remember('theme', theme);
    remember('density', densityStore.get());
  };
  themeStore.subscribe(apply);
  densityStore.subscribe(apply);
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  apply();
}

function recall(name: string): string | null {
  try {
    return localStorage.getItem(`evenkeel.${name}`);
  } catch {
    // Storage may be forbidden; the page then starts with the defaults each time.
    return null;
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`evenkeel.${name}`, value);
  } catch {
    // As above.
  }
}
