// What is asked of bearers of tokens before something is done to applications or shown of them.
// Mirrors argoproj/argo-cd:server/application/application.go (3.6).

import { type DeliveryList, type Info, type TimelinePage, type Waterlines, apiRoot } from '@evenkeel/api';
import { readApplication, runAction, sourcesOf } from '@evenkeel/argo';
import type { Backend } from '../backend.ts';
import type { FaceItem } from '../faces/face.ts';
import {
  type Asked,
  type Rule,
  type Rules,
  mapIn,
  maySeeKey,
  onApplication,
  permittedApplication,
  seenApplication,
  textIn,
} from './rule.ts';

const one = `${apiRoot}/deliveries/:frontEnd/:namespace/:name`;

const seen: Rule = { check: (asked) => void seenApplication(asked) };

/** Rules of everything about applications. */
export const applicationRules: Rules = {
  [`GET ${apiRoot}/info`]: { show: shownInfo },
  [`GET ${apiRoot}/deliveries`]: {
    show: ({ items }: DeliveryList, { rights }) => ({
      items: items.filter((item) => rights.may(onApplication(item, 'get'))),
    }),
  },
  // Every event is looked at as it is sent.
  [`GET ${apiRoot}/stream`]: {},
  [`GET ${apiRoot}/timeline`]: {
    show: (page: TimelinePage, { backend, rights }) => ({
      ...page,
      entries: page.entries.filter(({ key }) => maySeeKey(key, backend, rights)),
    }),
  },
  [`GET ${apiRoot}/waterlines`]: {
    show: (strips: Waterlines, { backend, rights }) => ({
      ...strips,
      items: strips.items.filter(({ key }) => maySeeKey(key, backend, rights)),
    }),
  },
  [`GET ${one}`]: seen,
  [`GET ${one}/tree`]: seen,
  [`GET ${one}/resource`]: seen,
  [`GET ${one}/events`]: seen,
  [`GET ${one}/timeline`]: seen,
  [`GET ${one}/logs`]: {
    check: (asked) => asked.rights.demand(onApplication(seenApplication(asked), 'get', 'logs')),
  },
  [`GET ${one}/actions`]: seen,
  [`POST ${one}/actions`]: { check: checkAction },
  [`POST ${one}/sync`]: { check: checkSync },
  [`POST ${one}/refresh`]: seen,
  [`POST ${one}/rollback`]: {
    check: (asked) =>
      void permittedApplication(
        asked,
        asked.backend.access?.switches().enforcesRollback === true ? 'rollback' : 'sync',
      ),
  },
  [`POST ${one}/terminate`]: { check: (asked) => void permittedApplication(asked, 'sync') },
  [`DELETE ${one}`]: {
    check: (asked) => asked.rights.demand(onApplication(seenApplication(asked), 'delete')),
  },
};

function checkAction(asked: Asked): void {
  const { body } = asked.request;
  const ref = mapIn(body, 'ref');
  const on = { group: textIn(ref, 'group'), kind: textIn(ref, 'kind') };
  permittedApplication(asked, runAction(on, textIn(mapIn(body), 'action')));
}

/** A sync to what the spec does not name is an override, where the installation wants it so; one of manifests always is. */
function checkSync(asked: Asked): void {
  const item = seenApplication(asked);
  const { rights, backend, request } = asked;
  rights.demand(onApplication(item, 'sync'));
  const body = mapIn(request.body);
  const needsOverride = backend.access?.switches().revisionNeedsOverride === true && namesOthers(body, item, backend);
  if (needsOverride || Object.hasOwn(body, 'manifests')) rights.demand(onApplication(item, 'override'));
}

function namesOthers(body: Readonly<Record<string, unknown>>, item: FaceItem, backend: Backend): boolean {
  const resource = backend.faces
    .find(({ frontEnd }) => frontEnd === item.frontEnd)
    ?.resource(item.namespace, item.name);
  const targets = resource && item.frontEnd === 'argo' ? sourcesOf(readApplication(resource).spec) : [];
  const targetOf = (index: number): string => targets[index]?.targetRevision || 'HEAD';
  const { revisions } = body;
  const many: readonly unknown[] = Array.isArray(revisions) ? revisions : [];
  const isOther = (revision: unknown, index: number): boolean => revision !== '' && revision !== targetOf(index);
  return isOther(textIn(body, 'revision'), 0) || many.some(isOther);
}

/** Where this process keeps its things is its owner's business. */
function shownInfo({ kubeconfig: _kubeconfig, historyProblem: _problem, ...info }: Info, { rights }: Asked): Info {
  const mayGet = (url: string): boolean => rights.may({ resource: 'repositories', action: 'get', object: url });
  return {
    ...info,
    repositories: info.repositories.filter(({ url }) => mayGet(url)).map(({ url }) => ({ url, from: '' })),
  };
}
