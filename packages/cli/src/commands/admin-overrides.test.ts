// Checks and actions of a user's argocd-cm, tried out on files.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Io } from '../io.ts';
import { overrideActions, overrideHealth, overrideRun } from './admin-overrides.ts';

const directory = mkdtempSync(join(tmpdir(), 'evenkeel-overrides-'));
after(() => rmSync(directory, { recursive: true }));
const argocdCmPath = join(directory, 'argocd-cm.yaml');
writeFileSync(
  argocdCmPath,
  `apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm}
data:
  resource.customizations.health.example.com_Widget: |
    return { status = "Degraded", message = "it is " .. obj.spec.phase }
  resource.customizations.actions.example.com_Widget: |
    discovery.lua: return { polish = {}, rest = { disabled = true } }
    definitions:
    - {name: polish, action.lua: "obj.spec.phase = actionParams['to'] return obj"}
    - {name: rest, action.lua: "return obj"}
`,
);
writeFileSync(
  join(directory, 'widget.yaml'),
  'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {phase: dull}\n',
);
writeFileSync(join(directory, 'bare.yaml'), 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n');
writeFileSync(join(directory, 'gadget.yaml'), 'apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\n');
writeFileSync(
  join(directory, 'schedule.yaml'),
  'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly, namespace: shop}\nspec: {jobTemplate: {spec: {backoffLimit: 1}}}\n',
);

async function said(run: (io: Io) => Promise<void>): Promise<string> {
  let text = '';
  const out = (more: string): void => {
    text += more;
  };
  const io = { cwd: directory, out, err: out } as unknown as Io;
  await run(io);
  return text;
}

const options = { argocdCmPath };

test('health of an object, by the settings or by what is bundled', async () => {
  assert.equal(
    await said((io) => overrideHealth('widget.yaml', options, io)),
    'STATUS: Degraded\nMESSAGE: it is dull\n',
  );
  const none = await said((io) => overrideHealth('gadget.yaml', options, io));
  assert.equal(none, "Health script is not configured for 'example.com/Gadget'\n");
  await assert.rejects(
    said((io) => overrideHealth('bare.yaml', options, io)),
    /attempt to index a non-table object\(nil\) with key 'phase'/,
  );
  await assert.rejects(
    said((io) => overrideHealth('nothing.yaml', options, io)),
    /open nothing\.yaml: no such file or directory/,
  );
});

test('actions of an object, and what they would write', async () => {
  const listed = await said((io) => overrideActions('widget.yaml', options, io));
  assert.equal(listed, 'NAME    DISABLED\npolish  false\nrest    true\n');
  const run = (action: string, file: string, ...param: string[]): Promise<string> =>
    said((io) => overrideRun({ file, action }, { ...options, param }, io));
  assert.equal(
    await run('polish', 'widget.yaml', 'to=bright'),
    'Following fields have been changed:\n\nspec:\n  phase: bright\n',
  );
  assert.equal(await run('rest', 'widget.yaml'), 'No fields had been changed by action: \nrest\n');
  assert.match(
    await run('create-job', 'schedule.yaml'),
    /^Following resource was created:\napiVersion: batch\/v1\nkind: Job\n/,
  );
  await assert.rejects(run('polish', 'widget.yaml', 'bright'), /Invalid parameter format: bright/);
  await assert.rejects(run('explode', 'widget.yaml'), /Widget "w" has no action "explode"/);
});
