// The page as a person uses it: a real browser in front of the real system. Every test starts from what the one before
// left, as a person would; each says what it needs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Look, keepPicture, openTab, startBrowser, violationsOf } from './browser.ts';
import { startLine } from './line.ts';
import { writePast } from './past.ts';
import { type Story, startStory } from './story.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(dirname(here)));
const lighthouse = '/applications/argo/argocd/lighthouse';
const pilot = '/applications/argo/argocd/pilot';
const tide = '/applications/flux/flux-system/tide';

let browser: Browser;
let story: Story;
let state: string;

before(async () => {
  browser = await startBrowser();
  execFileSync(process.execPath, ['--conditions=development', join(root, 'tools/tasks.ts'), 'build:page'], {
    cwd: root,
  });
  state = mkdtempSync(join(tmpdir(), 'evenkeel-page-'));
  await writePast(state);
  story = await startStory({
    from: join(here, 'fixtures/harbour'),
    stateDirectory: state,
    pageDirectory: join(root, 'packages/ui/dist/page'),
  });
  await story.kubectl(['create', 'namespace', 'flux-system']);
  await story.kubectl(['create', 'namespace', 'tides']);
  for (const file of ['applications', 'kustomization-tide']) {
    const { err, code } = await story.kubectl(['apply', '-f', join(story.clone, `clusters/${file}.yaml`)]);
    assert.equal(code, 0, err);
  }
  await story.untilApp('pilot', 'Synced', 'Healthy');
});

after(async () => {
  await browser?.close();
  await story?.[Symbol.asyncDispose]();
  if (state) rmSync(state, { recursive: true, force: true });
});

function url(): string {
  return story.world.server?.url ?? '';
}

/** The row of an application on the fleet page. */
function rowOf(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
}

/** The Pods in the tree of an application. */
function podsOf(page: Page): Locator {
  return page.getByRole('treeitem').filter({ has: page.getByText('Pod', { exact: true }) });
}

/** The standing in the head of an application. */
function standingOf(page: Page, word: string): Locator {
  return page.locator('.title-line .standing', { hasText: word });
}

test('a push is live on the page without a reload', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto('/');
  await rowOf(page, 'pilot').getByText('In sync').waitFor();
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  await story.push(
    { 'pilot/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: pilot\ndata:\n  LOG_LEVEL: debug\n' },
    'Hear more of the pilot',
  );
  await rowOf(page, 'pilot').getByText('Hear more of the pilot').waitFor();
  assert.equal(await page.evaluate(() => 'neverReloaded' in window), true);
  assert.deepEqual(tab.errors, []);
});

test('Sync makes a manual application level; its history begins', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto(lighthouse);
  await standingOf(page, 'Missing').waitFor();
  await page.getByRole('button', { name: 'Sync', exact: true }).click();
  await page.getByRole('status').getByText('Sync of lighthouse requested').waitFor();
  await standingOf(page, 'In sync').waitFor();
  const pod = podsOf(page);
  await pod.first().waitFor();
  assert.equal(await pod.count(), 2);
  await page.getByRole('link', { name: /^History/ }).click();
  await page.getByText('live now').waitFor();
  assert.match(page.url(), /\?tab=history$/);
});

test('drift is told with fields and owner, and s puts it back', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto(lighthouse);
  await standingOf(page, 'In sync').waitFor();
  await story.kubectl(['scale', '-n', 'harbour', 'deployment/lighthouse', '--replicas=3']);
  await standingOf(page, 'Drifted').waitFor();
  await page.getByText(/Drifted .* by kubectl/).waitFor();
  await page.keyboard.press('d');
  const field = page.locator('.field', { hasText: 'replicas' });
  await field.getByText('kubectl').waitFor();
  assert.deepEqual(await field.locator('code').allTextContents(), ['2', '3']);
  await page.keyboard.press('s');
  await page.getByText('Nothing differs from Git').waitFor();
});

test('Rollback goes back to an earlier sync after a confirmation', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto(`${lighthouse}?tab=history`);
  await story.push(
    {
      'lighthouse/config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: lighthouse\ndata:\n  LOG_LEVEL: trace\n',
    },
    'A louder lighthouse',
  );
  await standingOf(page, 'Drifted').waitFor();
  await page.getByRole('button', { name: 'Sync', exact: true }).click();
  await page.locator('.history-entry[aria-current]', { hasText: 'A louder lighthouse' }).waitFor();
  await page
    .getByRole('button', { name: /^Roll back to/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The cluster is made as Git said then').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await story.until('the old setting', async () => {
    const config = await story.get('configmap/harbour/lighthouse');
    return JSON.stringify(config?.['data']) === '{"LOG_LEVEL":"info"}';
  });
});

test('Refresh is taken up; what a Kustomization cannot do says why', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto(tide);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('status').getByText('Refresh of tide requested').waitFor();
  const rollback = page.getByRole('button', { name: 'Rollback' });
  assert.equal(await rollback.getAttribute('aria-disabled'), 'true');
  await page.getByText('Rollback: a Kustomization follows its source').waitFor();
});

test('the whole page by keyboard', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto('/?sort=name');
  await rowOf(page, 'lighthouse').waitFor();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');
  await page.keyboard.press('j');
  assert.equal(await focused(), 'lighthouse');
  await page.keyboard.press('j');
  assert.equal(await focused(), 'pilot');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${lighthouse}`);
  await page.getByRole('tree').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/resource=/);
  await page.keyboard.press('Escape');
  await page.waitForURL(`**${lighthouse}`);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL('**/timeline');
  await page.keyboard.press('g');
  await page.keyboard.press('f');
  await page.waitForURL(`${url()}/`);
  await page.keyboard.press('/');
  await page.keyboard.type('tide');
  await page.waitForURL('**/?q=tide');
  await rowOf(page, 'pilot').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('pilot');
  await page.getByRole('dialog').getByRole('option').first().waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${pilot}`);
  assert.deepEqual(tab.errors, []);
});

test('the waterline is walked with arrow keys, and Enter opens the timeline there', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto(pilot);
  const strip = page.getByRole('slider', { name: /^Waterline of pilot/ });
  await strip.focus();
  for (let press = 0; press < 12; press += 1) await page.keyboard.press('ArrowLeft');
  assert.match((await strip.getAttribute('aria-valuetext')) ?? '', /^\d\d:\d\d:\d\d: /);
  await page.keyboard.press('Enter');
  await page.waitForURL(/tab=timeline&at=\d+$/);
  await page.locator('.entry[data-near]').waitFor();
});

test('a resource has an address of its own; Esc closes it; logs are read', async () => {
  await using tab = await openTab(browser, url());
  const { page } = tab;
  await page.goto(`${pilot}?resource=Deployment.apps/harbour/pilot`);
  const drawer = page.getByRole('complementary', { name: 'Deployment pilot' });
  await drawer.getByText('registry.example.com/harbour/pilot:v1.4.0').first().waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  assert.equal(page.url(), url() + pilot);
  await podsOf(page).first().click();
  await page.getByRole('complementary').getByRole('link', { name: 'Logs' }).click();
  await page.waitForURL(/resource=Pod\/harbour\/pilot-.*&panel=logs/);
  await page.locator('.logs').waitFor();
});

test('a connection that is lost is told with the age of what is shown, and what was missed is caught up', async () => {
  await using line = await startLine(url());
  await using tab = await openTab(browser, line.url);
  const { page } = tab;
  const state = (name: string): Promise<void> => page.locator(`.connection[data-state="${name}"]`).waitFor();
  await page.goto('/');
  await state('live');
  line.cut();
  await state('reconnecting');
  await page.getByText(/^Reconnecting, data from \d+ m?s ago$/).waitFor();
  await rowOf(page, 'pilot').getByText('In sync').waitFor();
  await story.push({ 'pilot/NOTES.md': 'Mind the sandbank.\n' }, 'Notes for the pilot');
  line.mend();
  await state('live');
  await rowOf(page, 'pilot').getByText('Notes for the pilot').waitFor();
});

const looks: readonly Look[] = [
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 1440 },
  { theme: 'light', width: 390 },
  { theme: 'dark', width: 390 },
  { theme: 'contrast', width: 1440 },
];

const places: readonly (readonly [string, string, string])[] = [
  ['fleet', '/', '.fleet-row'],
  ['fleet-none', '/?q=nothing-like-it', '.empty'],
  ['application', lighthouse, '[role="treeitem"]'],
  ['diff', `${lighthouse}?tab=diff`, '.diff'],
  ['history', `${lighthouse}?tab=history`, '.history-entry'],
  ['application-timeline', `${lighthouse}?tab=timeline`, '.entry'],
  ['events', `${pilot}?tab=events`, '.event'],
  ['conditions', `${pilot}?tab=conditions`, '.last-sync'],
  ['kustomization', tide, '[role="treeitem"]'],
  ['drawer', `${lighthouse}?resource=Deployment.apps/harbour/lighthouse`, '.yaml'],
  ['timeline', '/timeline', '.entry'],
  ['not-found', '/nowhere', '.empty'],
];

test('every page in every theme: no violations, no errors, a picture', async (context) => {
  await story.kubectl(['scale', '-n', 'harbour', 'deployment/lighthouse', '--replicas=4']);
  for (const look of looks) {
    await context.test(`${look.theme} ${look.width}`, async () => {
      await using tab = await openTab(browser, url(), look);
      const { page } = tab;
      for (const [name, path, landmark] of places) {
        await page.goto(path);
        await page.locator(landmark).first().waitFor();
        await page.locator('.connection[data-state="live"]').waitFor();
        await page.evaluate(() => document.fonts.ready);
        await keepPicture(page, name, look);
        assert.deepEqual(await violationsOf(page), [], `${name} ${look.theme} ${look.width}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.equal(wide, false, `${name} is wider than ${look.width} px`);
      }
      assert.deepEqual(tab.errors, []);
    });
  }
});
