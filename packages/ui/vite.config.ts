// Builds the page into dist/page, where the server looks for it. Nothing is inlined as data: URLs, since the server's
// content policy allows fonts and scripts from itself only.

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: {
    // The source, so that the page builds from a fresh clone without `tsc -b` first.
    alias: { '@evenkeel/api': fileURLToPath(new URL('../api/src/index.ts', import.meta.url)) },
  },
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
