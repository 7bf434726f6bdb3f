// Policies and the judge who goes by them; `npm run oracle:rbac` asks the original the same and much more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Project } from '../projects/project.ts';
import { builtinPolicies } from './builtin-policy.ts';
import { createJudge } from './judge.ts';
import { joinPolicies, policySources, readPolicies } from './policy-text.ts';
import { permissionDenied } from './sentences.ts';

const team: Project = {
  name: 'team',
  labels: {},
  spec: {
    roles: [
      { name: 'ci', policies: ['p, proj:team:ci, applications, sync, team/*, allow'], groups: ['org:devs'] },
      { name: 'broken', policies: [] },
    ],
  },
};

/** Asks "subject may action resource object"; `subject+group` bears a token. */
function ask(
  policy: string,
  question: string,
  more: { readonly defaultRole?: string; readonly regex?: true } = {},
): boolean {
  const judge = createJudge({
    policies: joinPolicies(builtinPolicies, readPolicies([{ name: 'policy.csv', text: policy }])),
    defaultRole: more.defaultRole ?? '',
    matchMode: more.regex === true ? 'regex' : 'glob',
    project: (name) => (name === 'team' ? team : undefined),
  });
  const [who = '', action = '', resource = '', object = ''] = question.split(' ');
  const [subject = '', group] = who.split('+');
  const request = { resource, action, object };
  return group === undefined
    ? judge.allowsSubject(subject, request)
    : judge.allows({ subject, groups: group === '' ? [] : [group] }, request);
}

const cases: readonly (readonly [policy: string, question: string, allowed: boolean])[] = [
  ['', 'admin delete applications team/web', true],
  ['', 'alice get applications team/web', false],
  ['g, alice, role:readonly', 'alice get applications team/web', true],
  ['g, alice, role:readonly', 'alice get applications team/apps/web', true],
  ['g, alice, role:readonly', 'alice sync applications team/web', false],
  ['g, alice, role:readonly', 'alice get logs team/web', true],
  ['g, alice, role:readonly', 'alice create exec team/web', false],
  ['g, alice, role:admin', 'alice create exec team/web', true],
  ['g, alice, role:admin', 'alice action/apps/Deployment/restart applications team/web', true],
  ['g, alice, role:admin', 'alice update/apps/Deployment/prod/web applications team/web', true],
  ['g, alice, role:admin\np, alice, applications, delete, team/*, deny', 'alice delete applications team/web', false],
  ['g, alice, role:admin\np, alice, applications, delete, team/*, deny', 'alice delete applications other/web', true],
  [
    'p, alice, applications, update, team/*, allow',
    'alice update/apps/Deployment/prod/web applications team/web',
    false,
  ],
  ['', 'proj:team:ci+ sync applications team/web', true],
  ['', 'proj:team:ci+ get applications team/web', false],
  ['', 'proj:team:ci+ sync applications other/web', false],
  ['', 'proj:team:ci+ get projects team', true],
  ['', 'proj:team:ci+ update projects team', false],
  ['', 'proj:other:ci+ sync applications team/web', false],
  ['', 'alice+org:devs sync applications team/web', true],
  ['', 'alice+org:ops sync applications team/web', false],
  ['p, proj:team:ci, applications, sync, team/web, deny', 'proj:team:ci+ sync applications team/web', false],
  ['g, org:ops, role:admin', 'alice+org:ops delete applications team/web', true],
  ['p, org:ops, applications, delete, */*, allow', 'alice+org:ops delete applications team/web', false],
];

for (const [policy, question, allowed] of cases) {
  test(`${policy.replaceAll('\n', ' | ') || 'no policy'}: ${question} → ${allowed ? 'yes' : 'no'}`, () => {
    assert.equal(ask(policy, question), allowed);
  });
}

test('what the default role allows nobody denies', () => {
  const deny = 'p, alice, applications, get, */*, deny';
  assert.equal(ask(deny, 'alice get applications team/web', { defaultRole: 'role:readonly' }), true);
  assert.equal(ask('', 'proj:team:ci+ get applications team/web', { defaultRole: 'role:readonly' }), true);
});

test('expressions are Go expressions found anywhere; one that cannot be read decides against the request', () => {
  const rule = String.raw`p, alice, ^applications$, get|sync, ^team/[^/]+$, allow`;
  assert.equal(ask(rule, 'alice sync applications team/web', { regex: true }), true);
  assert.equal(ask(rule, 'alice sync applications team/apps/web', { regex: true }), false);
  const broken = `${rule}\np, alice, applications, (, team/web, allow`;
  assert.equal(ask(broken, 'alice sync applications team/web', { regex: true }), false);
});

test('a problem names its key, its line and what a line looks like', () => {
  const { problems } = readPolicies(
    policySources({
      'policy.csv': '# ours\np, alice, applications, get, */*, allow\ng, alice',
      'policy.extra.csv': '\np, al"ice, applications, get, */*, allow\np, alice, applications, sync, */*',
      'policy.default': 'role:readonly',
    }),
  );
  assert.deepEqual(
    problems.map(({ source, line, sentence }) => `${source}:${line}: ${sentence}`),
    [
      'policy.csv:3: invalid RBAC policy: g, alice (a g line has 3 fields: g, user or group, role; this one has 2)',
      'policy.extra.csv:2: error parsing policy line "p, al\\"ice, applications, get, */*, allow": parse error on line 1, column 6: bare " in non-quoted-field',
      'policy.extra.csv:3: invalid RBAC policy: p, alice, applications, sync, */* (a p line has 6 fields: p, subject, resource, action, object, allow or deny; this one has 5)',
    ],
  );
});

test('a refusal says who was refused what', () => {
  const request = { resource: 'applications', action: 'sync', object: 'team/web' };
  assert.equal(
    permissionDenied(request, 'proj:team:ci', '2026-11-21T19:00:00Z'),
    'permission denied: applications, sync, team/web, sub: proj:team:ci, iat: 2026-11-21T19:00:00Z',
  );
});
