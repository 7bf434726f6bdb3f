// Times, names and words for people.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryDetail } from '@evenkeel/api';
import { middle, repositoryName, shortHash, shortImage, subject } from './names.ts';
import { absoluteTime, briefTime, clockTime, count, dayName, duration, relativeTime } from './time.ts';
import { driftSentence, nodeStanding, nodeWord, ownTerms } from './words.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const now = new Date(2026, 10, 21, 14, 2, 31).getTime();

test('ages', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, 'just now'],
    [4 * S, 'just now'],
    [12 * S, '12 s ago'],
    [59.9 * S, '59 s ago'],
    [M, '1 minute ago'],
    [4 * M + 30 * S, '4 minutes ago'],
    [H, '1 hour ago'],
    [23.9 * H, '23 hours ago'],
    [D, 'yesterday'],
    [5 * D, '5 days ago'],
    [-3 * S, 'just now'],
    [-2 * M, 'in 2 min'],
  ];
  for (const [age, want] of cases) assert.equal(relativeTime(now - age, now), want);
  assert.equal(relativeTime(now - 40 * D, now), '12 October 2026');
  assert.equal(briefTime(now - 4 * M, now), '4 min ago');
  assert.equal(briefTime(now - 3 * H - 20 * M, now), '3 h ago');
  assert.equal(briefTime(now - D, now), 'yesterday');
});

test('durations have two units at most', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [320, '320 ms'],
    [12 * S, '12 s'],
    [4 * M + 50 * S, '4 min'],
    [3 * H, '3 h'],
    [3 * H + 20 * M, '3 h 20 min'],
    [2 * D + 4 * H + 3 * M, '2 d 4 h'],
    [-5, '0 ms'],
  ];
  for (const [ms, want] of cases) assert.equal(duration(ms), want);
});

test('moments', () => {
  assert.equal(clockTime(now), '14:02');
  assert.equal(clockTime(now, true), '14:02:31');
  assert.match(absoluteTime(now), /^2026-11-21 14:02:31 [+−]\d\d:\d\d$/);
  assert.equal(dayName(now - H, now), 'Today');
  assert.equal(dayName(now - D, now), 'Yesterday');
  assert.equal(dayName(now - 6 * D, now), 'Sunday 15 November 2026');
  assert.equal(count(1, 'object'), '1 object');
  assert.equal(count(0, 'object'), '0 objects');
});

test('names lose their middle, not their meaning', () => {
  assert.equal(shortHash('f8f01f6'.padEnd(40, '0')), 'f8f01f6');
  assert.equal(shortHash('main'), 'main');
  assert.equal(shortHash('feature/a-very-long-branch'), 'featur…ng-branch');
  assert.equal(middle('registry.example/team/shop/web:v2.4.1', 20), 'registr…p/web:v2.4.1');
  assert.equal(shortImage('nginx:1.29'), 'nginx:1.29');
  assert.equal(shortImage('registry.example/team/shop/web:v2.4.1'), '…/web:v2.4.1');
  assert.equal(shortImage(`registry.example/shop/web@sha256:${'ab'.repeat(32)}`), '…/web@abababababab');
  assert.equal(repositoryName('https://github.com/your-org/infrastructure.git'), 'your-org/infrastructure');
  assert.equal(repositoryName('https://user@git.example/a/b/c'), 'a/b/c');
  assert.equal(repositoryName('git@github.com:org/repo.git'), 'org/repo');
  assert.equal(subject('Fix it\n\nBecause.'), 'Fix it');
});

test("a front end's own terms", () => {
  const base = { frontEnd: 'argo', sync: 'drifted', health: 'healthy', standing: 'drifted', suspended: false } as const;
  assert.equal(ownTerms(base), 'Argo CD: OutOfSync, Healthy');
  assert.equal(ownTerms({ ...base, frontEnd: 'flux', standing: 'level' }), 'Flux: Ready=True');
  assert.equal(ownTerms({ ...base, frontEnd: 'flux', standing: 'degraded' }), 'Flux: Ready=False');
  assert.equal(ownTerms({ ...base, frontEnd: 'flux', suspended: true }), 'Flux: suspend: true');
});

test('the standing of a node', () => {
  assert.equal(nodeStanding({ reason: 'missing', sync: 'drifted' }), 'missing');
  assert.equal(nodeStanding({ sync: 'drifted', health: { status: 'healthy' } }), 'drifted');
  assert.equal(nodeStanding({ sync: 'drifted', health: { status: 'degraded' } }), 'degraded');
  assert.equal(nodeStanding({ sync: 'synced', health: { status: 'progressing' } }), 'progressing');
  assert.equal(nodeStanding({}), 'level');
  assert.equal(nodeWord({ sync: 'synced' }), 'In sync');
  assert.equal(nodeWord({ health: { status: 'healthy' } }), 'Healthy');
  assert.equal(nodeWord({}), 'Present');
  assert.equal(nodeWord({ sync: 'drifted', reason: 'stray' }), 'Not in Git');
});

test('who drifted last', () => {
  const resource = (owners: { manager: string; time?: string }[]): DeliveryDetail['resources'][number] => ({
    ref: { group: '', kind: 'Service', namespace: 'a', name: 'b' },
    version: 'v1',
    sync: 'drifted',
    wave: 0,
    hook: false,
    fields: [{ path: '.spec', owners }],
  });
  const time = new Date(now - 4 * M).toISOString();
  const earlier = new Date(now - H).toISOString();
  const owners = [resource([{ manager: 'helm', time: earlier }]), resource([{ manager: 'kubectl-edit', time }])];
  assert.equal(driftSentence(owners, now), 'Drifted 4 minutes ago by kubectl-edit');
  assert.equal(driftSentence([resource([{ manager: 'someone' }])], now), 'Drifted by someone');
  assert.equal(driftSentence([resource([])], now), undefined);
  assert.equal(driftSentence([resource([{ manager: 'argocd-controller', time }])], now), undefined, 'Git moved on');
});
