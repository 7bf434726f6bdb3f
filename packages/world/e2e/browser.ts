// A real browser in front of the real system: how it is started, how a page is judged by axe, and where pictures go.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, type Page, chromium } from 'playwright-core';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const pictures = join(root, '.screenshots');

const candidates = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Starts Chromium; says what to install where there is none. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      'These tests need Chromium, and there is none. Install it (Debian, Ubuntu: apt-get install chromium) or name one: CHROMIUM=/path/to/chrome',
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Look {
  readonly theme: 'light' | 'dark' | 'contrast';
  readonly width: number;
}

/** Opens a tab of its own, with nothing remembered but the theme. Errors of the page are collected. */
export async function openTab(
  browser: Browser,
  baseUrl: string,
  look: Look = { theme: 'light', width: 1440 },
): Promise<{ readonly page: Page; readonly errors: string[] } & AsyncDisposable> {
  const height = look.width < 700 ? 844 : 900;
  const context = await browser.newContext({
    baseURL: baseUrl,
    viewport: { width: look.width, height },
    reducedMotion: 'reduce',
  });
  await context.addInitScript((theme) => localStorage.setItem('evenkeel.theme', theme), look.theme);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on(
    'console',
    (message) => message.type() === 'error' && errors.push(`${message.text()} ${message.location().url}`),
  );
  return { page, errors, [Symbol.asyncDispose]: () => context.close() };
}

/** What axe finds wrong with the page as it is now, one line a finding. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: Pick<typeof axe, 'run'> }).axe.run();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
    );
  });
}

/** Keeps a picture, named by page, theme and width. */
export async function keepPicture(page: Page, name: string, { theme, width }: Look): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}-${theme}-${width}.png`) });
}
