// Checks and actions of users: which one is asked, what a broken one says, and that no answer is worked out twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionError } from '@evenkeel/engine';
import { type LuaEngine, loadLua } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import { type Scripts, createScripts, needsLua } from './scripts.ts';
import { readSettings } from './settings.ts';

const lua = await loadLua({ now: () => 1_700_000_000, elapsedMs: () => 0 });

function scripts(config: Readonly<Record<string, string>>, engine: LuaEngine | undefined = lua): Scripts {
  const { settings, problems } = readSettings({ config });
  assert.deepEqual(problems, []);
  return createScripts(settings.customizations, engine);
}

const widget = (status?: object): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w', namespace: 'shop' },
  ...(status ? { status } : {}),
});
const say = (message: string): string => `return { status = "Degraded", message = "${message}" }`;

test('a check for exactly the kind goes before one for a family, and the family that says most before another', () => {
  const found = scripts({
    'resource.customizations': [
      `"*/*": { health.lua: '${say('any')}' }`,
      `"example.com/*": { health.lua: '${say('group')}' }`,
      `"*.org/Widget": { health.lua: '${say('org')}' }`,
    ].join('\n'),
    'resource.customizations.health.example.com_Widget': say('exact'),
  });
  const message = (apiVersion: string, kind: string): unknown => {
    const answer = found.health({ apiVersion, kind, metadata: { name: 'x' } });
    return typeof answer === 'object' ? answer.message : answer;
  };
  assert.equal(message('example.com/v1', 'Widget'), 'exact');
  assert.equal(message('example.com/v1', 'Gadget'), 'group');
  assert.equal(message('sub.example.org/v1', 'Widget'), 'org');
  assert.equal(message('apps/v1', 'Deployment'), 'any');
  assert.equal(message('v1', 'Pod'), undefined, 'a pattern with a slash fits no kind of the core group');
});

test('what a script answers, and what it may not do without the libraries', () => {
  const found = scripts({
    'resource.customizations.health.example.com_Widget': 'return obj.status and { status = obj.status.phase } or nil',
    'resource.customizations.health.example.com_Empty': 'return {}',
    'resource.customizations.health.example.com_Text': 'return { status = "Healthy", message = ("x"):upper() }',
    'resource.customizations.useOpenLibs.example.com_Text': 'true',
    'resource.customizations.health.example.com_Closed': 'return { status = "Healthy", message = ("x"):upper() }',
  });
  const kind = (name: string): KubeObject => ({ ...widget(), kind: name });
  assert.deepEqual(found.health(widget({ phase: 'Progressing' })), { status: 'progressing' });
  assert.equal(found.health(widget()), 'none');
  assert.equal(found.health(kind('Empty')), 'none');
  assert.deepEqual(found.health(kind('Text')), { status: 'healthy', message: 'X' });
  const message = "<string>:1: attempt to index a non-table object(string) with key 'upper'";
  assert.deepEqual(found.health(kind('Closed')), { status: 'unknown', message, failure: message });
});

test('where a script has no opinion typed code is asked, and the bundled script it replaces is not', () => {
  const found = scripts({
    'resource.customizations.health.apps_Deployment': 'return nil',
    'resource.customizations.health.cert-manager.io_Certificate': 'return nil',
  });
  const deploymentHealth = found.health({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
  assert.equal(typeof deploymentHealth === 'object' && deploymentHealth.status, 'healthy');
  const certificate = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'c' } };
  assert.equal(found.health(certificate), 'none');
});

test('an object is judged once for each of its versions', () => {
  let runs = 0;
  const counting: LuaEngine = {
    ...lua,
    health: (script, object, options) => {
      runs++;
      return lua.health(script, object, options);
    },
  };
  const found = scripts({ 'resource.customizations.health.example.com_Widget': say('x') }, counting);
  const object = widget();
  for (let round = 0; round < 5; round++) found.health(object);
  assert.equal(runs, 1);
  found.health(structuredClone(object));
  assert.equal(runs, 2);
});

test('one evaluation leaves nothing for the next, whichever script it is', () => {
  const found = scripts({
    'resource.customizations.health.example.com_Widget':
      'count = (count or 0) + 1; table.extra = (table.extra or 0) + 1; obj.status = {} return { status = "Healthy", message = count .. table.extra }',
  });
  const object = widget();
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(found.health(structuredClone(object)), { status: 'healthy', message: '11' });
  }
  assert.deepEqual(object, widget());
});

test('a script that hangs is stopped, and after three times left alone', async () => {
  let reads = 0;
  const hurried = await loadLua({ elapsedMs: () => (reads += 100) });
  const config = {
    'resource.customizations.health.example.com_Widget': 'while true do end',
    'resource.customizations.health.example.com_Other': say('fine'),
  };
  const found = scripts(config, hurried);
  for (let round = 0; round < 3; round++) {
    const message = '<string>:1: context deadline exceeded';
    assert.deepEqual(found.health(widget()), { status: 'unknown', message, failure: message });
  }
  const before = reads;
  const message = 'context deadline exceeded 3 times; the script is not run again until it is changed';
  assert.deepEqual(found.health(widget()), { status: 'unknown', message, failure: message });
  assert.equal(reads, before);
  assert.deepEqual(found.health({ ...widget(), kind: 'Other' }), { status: 'degraded', message: 'fine' });
});

test('health in CEL, with the names of Flux', () => {
  const current = 'status.conditions.exists(c, c.type == "Ready" && c.status == "True")';
  const found = scripts({
    'evenkeel.health.cel.example.com_Widget': [
      `current: ${current}`,
      'failed: status.phase == "Failed"',
      'suspended: self.spec.paused',
      'message: \'"phase " + status.phase\'',
    ].join('\n'),
    'evenkeel.health.cel': '"*.example.com/*": { current: "kind == \\"Gadget\\"" }',
    'evenkeel.health.cel.example.com_Rules':
      'current: rules.all(rule, rule.ok) && size(rules) > 1 && sets.contains([kind], ["Rules"])',
    'evenkeel.health.cel.example.com_Wrong': 'current: 1 / size(metadata.name) == 1 / (size(kind) - 5)',
  });
  assert.deepEqual(found.health(widget()), { status: 'progressing' });
  assert.deepEqual(found.health(widget({ phase: 'Failed' })), { status: 'degraded', message: 'phase Failed' });
  assert.deepEqual(found.health({ ...widget(), spec: { paused: true } }), { status: 'suspended' });
  assert.deepEqual(found.health(widget({ conditions: [{ type: 'Ready', status: 'True' }] })), { status: 'healthy' });
  const gadget = { ...widget(), apiVersion: 'a.example.com/v1', kind: 'Gadget' };
  assert.deepEqual(found.health(gadget), { status: 'healthy' });
  const rules = { ...widget(), kind: 'Rules', rules: [{ ok: true }, { ok: true }] };
  assert.deepEqual(found.health(rules), { status: 'healthy' });
  assert.deepEqual(found.health({ ...rules, rules: undefined }), { status: 'progressing' });
  const behind = { ...widget({ phase: 'Failed', observedGeneration: 1 }), metadata: { name: 'w', generation: 2 } };
  assert.deepEqual(found.health(behind), { status: 'progressing', message: 'phase Failed' });
  const wrong = found.health({ ...widget(), kind: 'Wrong' });
  assert.match(typeof wrong === 'object' ? (wrong.failure ?? '') : '', /division by zero/);
});

test('expressions that cannot be read are named, and leave the rest', () => {
  const { settings, problems } = readSettings({
    config: {
      'evenkeel.health.cel.example.com_A': 'current: status.',
      'evenkeel.health.cel.example.com_B': 'failed: "true"',
      'evenkeel.health.cel.example.com_C': 'current: "true"\nhealthy: "true"',
      'evenkeel.health.cel.example.com_D': 'current: "true"',
    },
  });
  assert.equal(problems.length, 3);
  assert.match(problems[0] ?? '', /evenkeel\.health\.cel\.example\.com_A: current: .*Syntax error/s);
  assert.match(problems[1] ?? '', /"current" is missing/);
  assert.match(problems[2] ?? '', /there is no expression "healthy"/);
  assert.equal(needsLua(settings.customizations), false);
  const found = createScripts(settings.customizations, undefined);
  assert.deepEqual(found.health({ ...widget(), kind: 'D' }), { status: 'healthy' });
});

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas: 1, template: { metadata: {} } },
};
const actions = (merge: boolean): string =>
  [
    `mergeBuiltinActions: ${merge}`,
    'discovery.lua: |',
    '  return { burst = { disabled = obj.spec.replicas > 5, params = { { name = "by", default = "2" } } }, restart = {} }',
    'definitions:',
    '- name: burst',
    '  action.lua: |',
    '    obj.spec.replicas = obj.spec.replicas + tonumber(actionParams["by"])',
    '    return obj',
    '- name: record',
    '  action.lua: |',
    '    return {{ operation = "create", resource = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = obj.metadata.name } } }}',
    '- name: broken',
    '  action.lua: return nothing.there',
  ].join('\n');
const run = { parameters: { by: '3' }, now: '2026-03-04T05:06:07Z' };

test('actions of users, alone and beside the built-in ones', () => {
  const key = 'resource.customizations.actions.apps_Deployment';
  const alone = scripts({ [key]: actions(false) });
  const names = (found: Scripts): readonly string[] => found.actions(deployment).map(({ name }) => name);
  assert.deepEqual(names(alone), ['burst', 'restart']);
  assert.deepEqual(alone.actions(deployment)[0], {
    name: 'burst',
    disabled: false,
    params: [{ name: 'by', default: '2' }],
  });
  assert.deepEqual(names(scripts({ [key]: actions(true) })), ['burst', 'pause', 'restart', 'resume', 'scale']);
  assert.deepEqual(names(scripts({})), ['pause', 'restart', 'resume', 'scale']);
});

test('what actions of users make, and how they fail', () => {
  const found = scripts({ 'resource.customizations.actions.apps_Deployment': actions(true) });
  const [burst] = found.run(deployment, 'burst', run);
  assert.deepEqual(burst, {
    operation: 'patch',
    object: { ...deployment, spec: { replicas: 4, template: { metadata: {} } } },
  });
  assert.deepEqual(found.run(deployment, 'record', run), [
    { operation: 'create', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } } },
  ]);
  assert.equal(found.run(deployment, 'pause', run)[0]?.operation, 'patch');
  const broken = "<string>:1: attempt to index a non-table object(nil) with key 'there'";
  assert.throws(() => found.run(deployment, 'broken', run), new ActionError(broken));
  assert.throws(() => found.run(deployment, 'explode', run), /Deployment "web" has no action "explode"/);
});
