// What the oracle of policies asks about: worlds of policies, projects and questions, by hand and made up.

import type { MatchMode, Project } from '@evenkeel/argo';

export interface Question {
  readonly subject: string;
  /** Of a bearer of a token; without it the subject is asked as it stands. */
  readonly groups?: readonly string[];
  readonly resource: string;
  readonly action: string;
  readonly object: string;
}

export interface RbacWorld {
  readonly builtin: boolean;
  /** `data` of argocd-rbac-cm. */
  readonly data: Readonly<Record<string, string>>;
  readonly matchMode: MatchMode;
  readonly defaultRole: string;
  readonly projects: readonly Project[];
  readonly asked: readonly Question[];
}

const subjects = [
  'alice',
  'bob',
  'admin',
  'role:readonly',
  'role:admin',
  'role:dev',
  'role:org',
  'org:devs',
  'proj:team:ci',
  'proj:team:ops',
  'proj:other:ci',
  'proj:team',
  '',
];
const resources = [
  'applications',
  'applicationsets',
  'clusters',
  'projects',
  'repositories',
  'write-repositories',
  'logs',
  'exec',
  'certificates',
  'accounts',
  'gpgkeys',
  'extensions',
];
const actions = [
  'get',
  'create',
  'update',
  'delete',
  'sync',
  'override',
  'rollback',
  'invoke',
  'action/apps/Deployment/restart',
  'action//Pod/delete',
  'update/apps/Deployment/prod/web',
  'delete//Pod/prod/web-1',
  'delete/*',
];
const objects = [
  'team/web',
  'team/apps/web',
  'other/web',
  'team/',
  'team',
  'other',
  'ghost/web',
  'web',
  '*/*',
  '*',
  '',
  'https://prod.example.com',
  'team/https://prod.example.com',
  'https://github.com/org/repo.git',
  'team/https://github.com/org/repo.git',
  'team/wéb',
];

const all: readonly Question[] = subjects.flatMap((subject) =>
  resources.flatMap((resource) =>
    ['get', 'sync', 'update', 'action/apps/Deployment/restart'].flatMap((action) =>
      ['team/web', 'other/web', 'team', '*/*'].map((object) => ({ subject, resource, action, object })),
    ),
  ),
);

function worldOf(policy: string, more: Partial<RbacWorld> = {}): RbacWorld {
  return {
    builtin: true,
    data: { 'policy.csv': policy },
    matchMode: 'glob',
    defaultRole: '',
    projects: [],
    asked: all,
    ...more,
  };
}

function project(name: string, roles: NonNullable<Project['spec']['roles']>): Project {
  return { name, labels: {}, spec: { roles } };
}

const team = project('team', [
  {
    name: 'ci',
    policies: [
      'p, proj:team:ci, applications, sync, team/*, allow',
      'p, proj:team:ci, applications, get, team/web, allow',
      'p, proj:team:ci, logs, get, team/*, allow',
      'p, proj:team:ci, applications, action/apps/Deployment/restart, team/*, deny',
    ],
    groups: ['org:devs', '"quoted, group"'],
  },
  { name: 'ops', policies: ['p, proj:team:ops, *, *, team/*, allow'] },
]);

/** Bearers of tokens: the same questions, with groups. */
const borne: readonly Question[] = all.map((question, index) => ({
  ...question,
  groups: index % 3 === 0 ? [] : index % 3 === 1 ? ['org:devs'] : ['quoted, group', 'org:nobody'],
}));

export const handWritten: readonly RbacWorld[] = [
  worldOf(''),
  worldOf('g, alice, role:admin\ng, bob, role:readonly'),
  worldOf(
    'p, role:dev, applications, *, team/*, allow\np, role:dev, applications, sync, team/web, deny\ng, alice, role:dev',
  ),
  worldOf('p, alice, applications, sync, team/web, deny\ng, alice, role:admin'),
  worldOf('p, , applications, get, */*, allow', { asked: [...all, ...borne] }),
  worldOf('', { defaultRole: 'role:readonly', projects: [team], asked: [...all, ...borne] }),
  worldOf('p, role:org, applications, get, *, allow\np, role:org, applications, get, */*, deny', {
    defaultRole: 'role:org',
  }),
  worldOf('g, org:devs, role:dev\np, role:dev, *, get, *, allow', { projects: [team], asked: borne }),
  worldOf('p, org:devs, *, get, *, allow', { projects: [team], asked: borne }),
  worldOf('p, proj:team:ci, applications, sync, team/web, deny', { projects: [team], asked: borne }),
  worldOf('p, proj:other:ci, applications, sync, team/web, allow', { projects: [team], asked: borne }),
  worldOf('p, proj:team:ci, clusters, get, https://prod.example.com, allow', { projects: [team], asked: borne }),
  worldOf('g, proj:team:ci, role:admin', { projects: [team], asked: borne }),
  // A project whose policies cannot be read grants nothing at all.
  worldOf('', {
    projects: [
      project('team', [{ name: 'ci', policies: ['p, proj:team:ci, applications, sync, team/*, allow', 'p, broken'] }]),
    ],
    asked: borne,
  }),
  worldOf('p, role:dev, ^app.*, get|sync, ^team/, allow\ng, alice, role:dev', { matchMode: 'regex' }),
  worldOf('p, alice, applications, (, team/web, allow\np, alice, applications, get, team/web, allow', {
    matchMode: 'regex',
  }),
  worldOf('p, alice, clusters, (, .*, allow\np, alice, applications, get, .*, allow', { matchMode: 'regex' }),
  worldOf('p, alice, applications, get, [a, allow\np, alice, applications, get, team/{web,api}, allow'),
  worldOf('p, alice, app*, "g{e,i}t", "team/[a-z]?b", allow'),
  // Ten bindings lead somewhere, eleven do not.
  worldOf(
    [...Array.from({ length: 12 }, (_, index) => `g, n${index}, n${index + 1}`), 'p, n10, *, *, *, allow'].join('\n'),
    { asked: ['n0', 'n1', 'n9'].map((subject) => ({ subject, resource: 'exec', action: 'create', object: 'a/b' })) },
  ),
  worldOf('g, a, b\ng, b, a\np, b, *, *, *, allow', {
    asked: ['a', 'b', 'c'].map((subject) => ({ subject, resource: 'exec', action: 'create', object: 'a/b' })),
  }),
  worldOf('p, role:dev , applications, get, */*, allow\ng, alice, role:dev\n\tp, bob,applications,get,  team/* ,allow'),
  worldOf('# a comment\n\n   \n  p, "alice", applications, get, "team/web", allow\nr, x\ne, y, z\nm, w'),
  worldOf('p, alice, applications, get, */*, maybe\np, bob, applications, get, */*, ALLOW'),
  worldOf('', {
    data: {
      'policy.csv': 'g, alice, role:dev',
      'policy.b.csv': 'p, role:dev, applications, get, */*, deny',
      'policy.a.csv': 'p, role:dev, applications, get, */*, allow',
      'policy..csv': 'g, bob, role:admin',
      policycsv: 'p, broken',
    },
  }),
];

export const unreadable: readonly RbacWorld[] = [
  'p, alice, applications, get, */*',
  'p, alice, applications, get, */*, allow, more',
  'g, alice',
  'g, alice, role:dev, extra',
  'x, alice',
  'p2, alice, applications, get, */*, allow',
  'g2, a, b',
  ', alice',
  'p, al"ice, applications, get, */*, allow',
  'p, "alice, applications, get, */*, allow',
  'p, "alice"x, applications, get, */*, allow',
  'p, "a""b" , applications, get, */*, allow',
  '"p, alice',
  'policy',
  'p',
  'g',
  'P, alice, applications, get, */*, allow',
  'ü, a, b',
  'p, wé"b, applications, get, */*, allow',
  'g, alice, role:admin\np; alice',
].map((policy) => worldOf(policy, { asked: [] }));

type Random = () => number;

/** Worlds whose policies and questions are drawn from the same few words, so that many of them meet. */
export function madeUp(random: Random, count: number): readonly RbacWorld[] {
  return Array.from({ length: count }, () => madeUpWorld(random));
}

function madeUpWorld(random: Random): RbacWorld {
  const matchMode = random() < 0.3 ? 'regex' : 'glob';
  const lines = (length: number): string =>
    Array.from({ length }, () => (random() < 0.25 ? binding(random) : rule(random, matchMode))).join('\n');
  const roles = ['ci', 'ops'].map((name) => ({
    name,
    policies: Array.from({ length: Math.floor(random() * 4) }, () => rule(random, matchMode, `proj:team:${name}`)),
    groups: random() < 0.5 ? [pick(random, ['org:devs', 'alice', 'role:dev'])] : [],
  }));
  return {
    builtin: random() < 0.7,
    data: {
      'policy.csv': `p, nobody, none, none, none, deny\n${lines(Math.floor(random() * 8))}`,
      'policy.x.csv': lines(2),
    },
    matchMode,
    defaultRole: random() < 0.3 ? pick(random, subjects) : '',
    projects: random() < 0.6 ? [project('team', roles)] : [],
    asked: Array.from({ length: 40 }, () => ({
      subject: pick(random, subjects),
      resource: pick(random, resources),
      action: pick(random, actions),
      object: pick(random, objects),
      ...(random() < 0.5 ? { groups: random() < 0.5 ? ['org:devs', 'role:dev'] : ['org:none'] } : {}),
    })),
  };
}

function binding(random: Random): string {
  return `g, ${pick(random, subjects.slice(0, -1))}, ${pick(random, subjects.slice(0, -1))}`;
}

const globs: readonly string[] = [
  '*',
  '**',
  '*/*',
  'team/*',
  'team/w?b',
  '{team,other}/web',
  'a*',
  '*s',
  'te[a-m]m*',
  '[!t]*',
  '\\*/*',
  '{a',
  'team}',
  '[!]',
  '***',
  'team/{,web}',
  '{team,{other,ghost}}/*',
  '[a-',
  '[]a]*',
  '{}',
  'team/\\w*',
  '[wt]*',
  '*{/,}web',
  'team/??b',
  '**/web',
  '[a-z]*/[!a]*',
];
const expressions: readonly string[] = [
  '.*',
  '^team/',
  'web$',
  '^a',
  's$',
  'team|other',
  '[a-m]+/',
  '(',
  '^$',
  '\\w+/\\w+',
];

function rule(random: Random, mode: MatchMode, subject = pick(random, subjects)): string {
  const patterns = mode === 'glob' ? globs : expressions;
  const some = (words: readonly string[]): string => (random() < 0.5 ? pick(random, words) : pick(random, patterns));
  const fields = [some(resources), some(actions), some(objects)].map((field) =>
    /[",]|^ /.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return `p, ${subject}, ${fields.join(', ')}, ${random() < 0.75 ? 'allow' : 'deny'}`;
}

function pick<T>(random: Random, words: readonly T[]): T {
  const word = words[Math.floor(random() * words.length)];
  if (word === undefined) throw new Error('nothing to pick from');
  return word;
}
