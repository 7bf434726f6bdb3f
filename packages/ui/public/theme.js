// Chooses the theme before the first paint, so that nothing flashes; src/shell/theme.ts takes over from here.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('evenkeel.theme') ?? 'auto';
  } catch {
    // Storage may be forbidden; then the system decides.
  }
  const wants = (query) => matchMedia(query).matches;
  const auto = wants('(prefers-contrast: more)')
    ? 'contrast'
    : wants('(prefers-color-scheme: dark)')
      ? 'dark'
      : 'light';
  document.documentElement.dataset.theme = ['light', 'dark', 'contrast'].includes(chosen) ? chosen : auto;
})();
