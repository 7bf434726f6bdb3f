// Projects beside the answers of Argo CD's own code (v3.2.1), taken down once for projects made by chance.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inCluster } from '../clusters/known-cluster.ts';
import { permitsApplicationNamespace, permitsDestination, permitsKind, permitsSource } from './permissions.ts';
import type { Project, ProjectSpec } from './project.ts';
import { validateProject } from './validate.ts';
import { judgeWindows, windowsFor } from './windows.ts';

interface Answers {
  readonly asked: {
    readonly sources: readonly string[];
    readonly dests: readonly { readonly server: string; readonly name: string; readonly namespace: string }[];
    readonly kinds: readonly { readonly group: string; readonly kind: string; readonly namespaced: boolean }[];
    readonly namespaces: readonly string[];
    readonly apps: readonly {
      readonly name: string;
      readonly server: string;
      readonly clusterName: string;
      readonly namespace: string;
    }[];
  };
  readonly cases: readonly {
    readonly spec: ProjectSpec;
    readonly clusters: readonly { readonly server: string; readonly name: string }[];
    /** A 'y' or an 'n' for each question. */
    readonly sources: string;
    readonly dests: string;
    readonly kinds: string;
    readonly namespaces: string;
    /** Which windows concern each Application, and whether it may sync by itself and by hand. */
    readonly windows: readonly string[];
    readonly nowMs: number;
    readonly validate: string;
  }[];
}

const { asked, cases } = JSON.parse(
  readFileSync(new URL('../../testdata/projects.json', import.meta.url), 'utf8'),
) as Answers;

const answer = (yes: boolean): string => (yes ? 'y' : 'n');

function each(check: (project: Project, one: Answers['cases'][number]) => void): void {
  for (const one of cases) check({ name: 'p', labels: {}, spec: one.spec }, one);
}

test('sourceRepos permit what they permit upstream', () => {
  each((project, { sources }) => {
    const found = asked.sources.map((url) => answer(permitsSource(project, url))).join('');
    assert.equal(found, sources, JSON.stringify(project.spec.sourceRepos));
  });
});

test('destinations permit what they permit upstream, project-scoped clusters included', () => {
  each((project, { dests, clusters }) => {
    const scoped = clusters.map((cluster) => ({ ...inCluster, ...cluster }));
    const found = asked.dests.map(({ namespace, ...cluster }) =>
      answer(permitsDestination(project, { cluster: { ...inCluster, ...cluster }, namespace }, scoped)),
    );
    assert.equal(found.join(''), dests, JSON.stringify([project.spec.destinations, clusters]));
  });
});

test('lists of kinds permit what they permit upstream', () => {
  each((project, { kinds }) => {
    const found = asked.kinds.map((kind) => answer(permitsKind(project, { ...kind, name: 'x' })));
    assert.equal(found.join(''), kinds, JSON.stringify(project.spec));
  });
});

test('sourceNamespaces permit what they permit upstream', () => {
  each((project, { namespaces }) => {
    const found = asked.namespaces.map((name) => answer(permitsApplicationNamespace(project, name, 'argocd')));
    assert.equal(found.join(''), namespaces, JSON.stringify(project.spec.sourceNamespaces));
  });
});

test('what is wrong with a project is said as upstream says it', () => {
  each((project, { validate }) => {
    const wanted = validate.replace(/^rpc error: code = \w+ desc = /, '').replace(/ \(hash=.*$/, '');
    assert.equal(validateProject(project) ?? '', wanted, JSON.stringify(project.spec));
  });
});

test('windows concern and block what they do upstream, and open when they say', () => {
  each((project, { windows, nowMs }) => {
    const all = project.spec.syncWindows ?? [];
    for (const [index, { name, server, clusterName, namespace }] of asked.apps.entries()) {
      const ours = windowsFor(all, { name, destination: { server, name: clusterName, namespace } });
      let said = ours.map((window) => all.indexOf(window)).join('');
      for (const manual of [false, true]) {
        const verdict = judgeWindows(ours, { manual, nowMs });
        said += ` ${verdict.kind === 'invalid' ? `error: ${verdict.sentence}` : answer(verdict.kind === 'open')}`;
        if (verdict.kind !== 'blocked' || verdict.untilMs === undefined) continue;
        assert.equal(judgeWindows(ours, { manual, nowMs: verdict.untilMs }).kind, 'open');
        assert.equal(judgeWindows(ours, { manual, nowMs: verdict.untilMs - 2 }).kind, 'blocked');
      }
      assert.equal(said, windows[index], JSON.stringify(ours));
    }
  });
});
