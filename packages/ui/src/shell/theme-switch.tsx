// Light, dark, high contrast, or as the system wishes; remembered.

import { Contrast, Moon, Sun, SunMoon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useStore } from '../live/store.ts';
import { type Theme, themeStore, themes } from './preferences.ts';

export const themeNames: Readonly<Record<Theme, string>> = {
  auto: 'Theme of the system',
  light: 'Light theme',
  dark: 'Dark theme',
  contrast: 'High contrast',
};

const icons = { auto: SunMoon, light: Sun, dark: Moon, contrast: Contrast } as const;

/** A button that goes through the themes. */
export function ThemeSwitch(): ReactNode {
  const theme = useStore(themeStore);
  const Icon = icons[theme];
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
  return (
    <button
      type="button"
      className="rail-item"
      title={`${themeNames[theme]}; press for: ${themeNames[next].toLowerCase()}`}
      onClick={() => themeStore.set(next)}
    >
      <Icon size={18} aria-hidden="true" />
      <span className="rail-label">{themeNames[theme]}</span>
    </button>
  );
}
