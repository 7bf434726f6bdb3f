// Starts the page.

import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/fleet.css';
import './styles/application.css';
import './styles/timeline.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connectStream } from './live/connection.ts';
import { createQueryClient } from './live/queries.ts';
import { createPageRouter } from './router.tsx';
import { applyPreferences } from './shell/preferences.ts';

applyPreferences();
const client = createQueryClient();
const router = createPageRouter();
const closing = new AbortController();
window.addEventListener('pagehide', () => closing.abort(), { once: true });
// A page that comes back from the browser's cache has lost its stream.
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
connectStream(client, closing.signal);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
