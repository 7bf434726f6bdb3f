// Policies tried out on files: what a ConfigMap adds to lines, what is strict, and what is said of bad lines.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CommandFailure, type Io } from '../io.ts';
import { type CanOptions, rbacCan, rbacValidate } from './admin-rbac.ts';

const directory = mkdtempSync(join(tmpdir(), 'evenkeel-rbac-'));
after(() => rmSync(directory, { recursive: true }));

const lines = `# the team
p, role:dev, applications, sync, team/*, allow
g, alice, role:dev
p, org:ops, applications, get, */*, allow
`;
const files: Readonly<Record<string, string>> = {
  'policy.csv': lines,
  'config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-rbac-cm}
data:
  policy.default: role:readonly
  policy.matchMode: regex
  policy.csv: |
    p, role:dev, applications, ^(get|sync)$, ^team/, allow
  policy.more.csv: |
    g, alice, role:dev
`,
  'broken.yaml': 'kind: ConfigMap\ndata:\n  policy.more.csv: |\n    g, alice, role:admin\n    g, bob\n',
  'careless.csv':
    'p, role:dev, aplications, get, */*, permit\ng, bob, role:ghost\np, x, applications, fly, [a, allow\nr, x\n',
  'empty.yaml': 'kind: ConfigMap\n',
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);

/** What a command prints on both streams, and how it ends. */
async function said(run: (io: Io) => Promise<void>): Promise<string> {
  let text = '';
  const out = (more: string): void => {
    text += more;
  };
  try {
    await run({ cwd: directory, out, err: out } as unknown as Io);
    return text;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return `${text}${error.message} [${error.exitCode}]`;
  }
}

function can(question: string, more: Partial<CanOptions> = {}): Promise<string> {
  const [subject = '', action = '', resource = '', object = ''] = question.split(' ');
  const options = { policyFile: 'policy.csv', useBuiltinPolicy: 'true', strict: 'true', ...more };
  return said((io) => rbacCan({ subject, action, resource, object }, options, io));
}

const config = { policyFile: 'config.yaml' };
const cases: readonly (readonly [string, Partial<CanOptions>, string])[] = [
  ['alice sync app team/web', {}, 'Yes\n'],
  ['alice sync apps other/web', {}, 'No\n [1]'],
  ['alice sync apps other/web', { quiet: true }, ' [1]'],
  ['role:admin get projects x', {}, 'Yes\n'],
  ['role:admin get projects x', { useBuiltinPolicy: 'false' }, 'No\n [1]'],
  ['nobody get logs', {}, 'No\n [1]'],
  ['nobody get logs', { defaultRole: 'role:readonly' }, 'Yes\n'],
  ['nobody get logs', config, 'No\n [1]'],
  ['alice sync applications team/web', config, 'Yes\n'],
  ['alice fly apps', {}, "error in RBAC request: 'fly' is not a valid action for applications [1]"],
  ['alice fly apps', { strict: 'false' }, 'No\n [1]'],
  ['alice get things', {}, "error in RBAC request: 'things' is not a valid resource name [1]"],
  ['alice get apps', { strict: 'maybe' }, '--strict is true or false, not "maybe"; write --strict=false [1]'],
  ['alice get apps', { policyFile: 'none' }, 'error opening policy file: open none: no such file or directory [1]'],
  ['alice get apps', { namespace: 'argocd' }, 'please provide exactly one of --policy-file or --namespace [1]'],
  [
    'alice get apps',
    { policyFile: 'broken.yaml' },
    'invalid user policy: policy.more.csv:2: invalid RBAC policy: g, bob (a g line has 3 fields: g, user or group, role; this one has 2) [1]',
  ],
  [
    'org:ops get app team/web',
    {},
    `warning: subject "org:ops" is a group with a direct 'p,' policy but no 'g, org:ops, role:...' binding; the API server ignores such grants at runtime, so this permission will NOT take effect. Bind the group to a role instead.\nYes\n`,
  ],
];

for (const [question, more, answer] of cases) {
  test(`can ${question} ${JSON.stringify(more)}`, async () => assert.equal(await can(question, more), answer));
}

test('validate: what cannot be read, and what does nothing', async () => {
  const validate = (policyFile: string): Promise<string> => said((io) => rbacValidate({ policyFile }, io));
  assert.equal(await validate('policy.csv'), 'Policy is valid.\n');
  assert.equal(await validate('config.yaml'), 'Policy is valid.\n');
  assert.match(
    await validate('broken.yaml'),
    /^Policy is invalid: policy\.more\.csv:2: invalid RBAC policy: g, bob .* \[1\]$/,
  );
  assert.equal(await validate('empty.yaml'), 'Policy is empty or could not be loaded. [1]');
  const careless = await validate('careless.csv');
  for (const line of [
    'careless.csv:4: a line that begins with r, e or m is taken and does nothing',
    'careless.csv:1: the effect "permit" is neither allow nor deny',
    'careless.csv:1: nothing is called "aplications"; one of: clusters, projects,',
    'careless.csv:3: the glob "[a" cannot be read and fits nothing',
    "careless.csv:3: 'fly' is not a valid action for applications",
    'careless.csv:2: user defined roles not found in policies: role:ghost',
  ])
    assert.ok(careless.includes(`warning: ${line}`), `${line}\n${careless}`);
});
