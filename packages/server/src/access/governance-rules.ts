// What is asked of bearers of tokens about projects, clusters, sets, repositories and certificates.
// Mirrors argoproj/argo-cd:server/{project,cluster,applicationset,repository,repocreds,certificate} (3.6).

import {
  type ApplicationSetList,
  type ClusterList,
  type ProjectList,
  type RepositoryList,
  type RepositoryTemplateList,
  apiRoot,
} from '@evenkeel/api';
import { applicationObject, scopedObject } from '@evenkeel/argo';
import type { KubeObject } from '@evenkeel/resource';
import { ActionRefused } from '../faces/face.ts';
import { forbidden } from './rights.ts';
import { type Asked, type Rule, type Rules, mapIn, textIn } from './rule.ts';

const projects = `${apiRoot}/projects`;
const clusters = `${apiRoot}/clusters`;
const sets = `${apiRoot}/applicationsets`;
const token = `${projects}/:name/roles/:role/token`;

/** Rules of everything but applications. */
export const governanceRules: Rules = {
  [`GET ${projects}`]: {
    show: ({ items }: ProjectList, { rights }) => ({
      items: items.filter(({ metadata: { name } }) =>
        rights.may({ resource: 'projects', action: 'get', object: name }),
      ),
    }),
  },
  [`POST ${projects}`]: { check: checkProjectCreate },
  [`GET ${projects}/:name`]: onProject('get'),
  [`PUT ${projects}/:name`]: { check: checkProjectUpdate },
  [`DELETE ${projects}/:name`]: onProject('delete'),
  [`POST ${token}`]: { check: checkToken },
  [`DELETE ${token}/:iat`]: { check: checkToken },
  // Everybody may ask what they may.
  [`GET ${apiRoot}/account/can-i/:resource/:action/*`]: {},
  [`GET ${clusters}`]: {
    show: ({ items }: ClusterList, asked) => ({ items: items.filter((item) => mayOnCluster(asked, 'get', item)) }),
  },
  [`POST ${clusters}`]: { check: checkClusterCreate },
  [`GET ${clusters}/:id`]: onCluster('get'),
  [`PATCH ${clusters}/:id`]: onCluster('update'),
  [`DELETE ${clusters}/:id`]: onCluster('delete'),
  [`POST ${clusters}/:id/rotate-auth`]: onCluster('update'),
  [`GET ${sets}`]: {
    show: ({ items }: ApplicationSetList, { rights }) => ({
      items: items.filter((item) => rights.may(onSet(item as unknown as KubeObject, 'get'))),
    }),
  },
  [`GET ${sets}/:namespace/:name`]: { check: (asked) => checkSet(asked, 'get') },
  [`DELETE ${sets}/:namespace/:name`]: { check: (asked) => checkSet(asked, 'delete') },
  [`POST ${sets}`]: { check: checkSetWrite },
  [`POST ${sets}/generate`]: { check: checkSetWrite },
  ...repositoryRules(),
};

function onProject(action: string): Rule {
  return {
    check: ({ request, rights }) =>
      rights.demand({ resource: 'projects', action, object: paramOf({ request }, 'name') }),
  };
}

function checkProjectCreate(asked: Asked): void {
  const { rights, request, backend } = asked;
  const name = textIn(mapIn(request.body, 'project', 'metadata'), 'name');
  rights.demand({ resource: 'projects', action: 'create', object: name });
  if (mapIn(request.body)['upsert'] === true && backend.projects?.detail(name)) demandProjectUpdate(asked, name);
}

function checkProjectUpdate(asked: Asked): void {
  const name = textIn(mapIn(asked.request.body, 'project', 'metadata'), 'name');
  // What is written is what the body names.
  if (name !== paramOf(asked, 'name'))
    throw new ActionRefused('BAD_REQUEST', 'the body names another project than the path');
  demandProjectUpdate(asked, name);
}

/** A change of clusters or repositories also asks for theirs; a change of permitted kinds for all clusters there are. */
function demandProjectUpdate({ rights, backend, request }: Asked, name: string): void {
  rights.demand({ resource: 'projects', action: 'update', object: name });
  const wanted = mapIn(request.body, 'project', 'spec');
  const before = mapIn(backend.projects?.detail(name)?.object, 'spec');
  const serversOf = ({ destinations }: Spec): readonly string[] =>
    listOf(destinations).map((entry) => textIn(mapIn(entry), 'server'));
  const reposOf = ({ sourceRepos }: Spec): readonly string[] => listOf(sourceRepos).map(String);
  const kindsOf = (spec: Spec): string =>
    JSON.stringify(
      ['cluster', 'namespace'].flatMap((scope) =>
        // A list that is not there permits what an empty one does not.
        ['Whitelist', 'Blacklist'].map((list) => spec[`${scope}Resource${list}`] ?? null),
      ),
    );
  const touched = [
    ...differing(serversOf(wanted), serversOf(before)),
    ...(kindsOf(wanted) === kindsOf(before) ? [] : serversOf(wanted)),
  ];
  for (const object of new Set(touched)) rights.demand({ resource: 'clusters', action: 'update', object });
  for (const object of differing(reposOf(wanted), reposOf(before)))
    rights.demand({ resource: 'repositories', action: 'update', object });
}

/** What stands in one list only. */
function differing(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set(left).symmetricDifference(new Set(right))];
}

/** A spec that nobody has looked at yet. */
type Spec = Readonly<Record<string, unknown>>;

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Tokens are made and taken back by those who may change the project, and by the groups that have the role. */
function checkToken(asked: Asked): void {
  const { rights, backend } = asked;
  const wish = { resource: 'projects', action: 'update', object: paramOf(asked, 'name') };
  if (rights.may(wish)) return;
  const groups = backend.access?.gate.groupsOf(wish.object, paramOf(asked, 'role')) ?? [];
  if (!rights.groups.some((group) => groups.includes(group))) rights.demand(wish);
}

interface ClusterName {
  readonly server: string;
  readonly project?: string | undefined;
}

function mayOnCluster({ rights }: Asked, action: string, { server, project }: ClusterName): boolean {
  return rights.may({ resource: 'clusters', action, object: scopedObject(project, server) });
}

/** A cluster that may not be touched is as one that is not there. */
function onCluster(action: string): Rule {
  return {
    async check(asked) {
      const id = paramOf(asked, 'id');
      const items = ((await asked.backend.clusters?.list()) ?? []) as unknown as ClusterList['items'];
      const found = items.find(({ server, name }) => server === id || name === id);
      if (!found || !mayOnCluster(asked, action, found)) throw forbidden();
    },
  };
}

async function checkClusterCreate({ request, rights, backend }: Asked): Promise<void> {
  const wanted = mapIn(request.body, 'cluster');
  const server = textIn(wanted, 'server').replace(/\/+$/, '');
  const wish = { resource: 'clusters', object: scopedObject(textIn(wanted, 'project'), server) };
  rights.demand({ ...wish, action: 'create' });
  if (mapIn(request.body)['upsert'] !== true) return;
  rights.demand({ ...wish, action: 'update' });
  // One that another project has is not taken away from it.
  const items = ((await backend.clusters?.list()) ?? []) as unknown as ClusterList['items'];
  const existing = items.find((each) => each.server === server);
  if (existing)
    rights.demand({ resource: 'clusters', action: 'update', object: scopedObject(existing.project, server) });
}

function onSet(object: KubeObject, action: string): Parameters<Asked['rights']['may']>[0] {
  const { namespace = '', name = '' } = object.metadata;
  const project = textIn(mapIn(object, 'spec', 'template', 'spec'), 'project') || 'default';
  return { resource: 'applicationsets', action, object: applicationObject({ project, namespace, name }) };
}

function checkSet(asked: Asked, action: string): void {
  const object = asked.backend.sets?.get(paramOf(asked, 'namespace'), paramOf(asked, 'name'));
  if (!object || !asked.rights.may(onSet(object, 'get'))) throw forbidden();
  asked.rights.demand(onSet(object, action));
}

/** Creating, previewing and changing a set; one that moves to another project has to be permitted in both. */
function checkSetWrite({ request, rights, backend }: Asked): void {
  const wanted = mapIn(request.body, 'applicationSet') as unknown as KubeObject;
  const metadata = mapIn(wanted, 'metadata');
  const [namespace, name] = [textIn(metadata, 'namespace') || 'argocd', textIn(metadata, 'name')];
  const placed = { ...wanted, metadata: { namespace, name } };
  if (textIn(mapIn(wanted, 'spec', 'template', 'spec'), 'project').includes('{{'))
    throw new ActionRefused(
      'BAD_REQUEST',
      'error validating ApplicationSets: the Argo CD API does not currently support creating ApplicationSets with templated `project` fields',
    );
  rights.demand(onSet(placed, 'create'));
  const existing = backend.sets?.get(namespace, name);
  if (!existing) return;
  rights.demand(onSet(placed, 'update'));
  rights.demand(onSet(existing, 'update'));
}

function repositoryRules(): Rules {
  const repositories = `${apiRoot}/repositories`;
  const templates = `${apiRoot}/repository-templates`;
  const certificates = `${apiRoot}/certificates`;
  const certificate = (action: string): Rule => ({
    check: ({ rights }) => rights.demand({ resource: 'certificates', action, object: '' }),
  });
  return {
    [`GET ${repositories}`]: {
      show: ({ items }: RepositoryList, { rights }) => ({
        items: items.filter(({ url, project }) =>
          rights.may({ resource: 'repositories', action: 'get', object: scopedObject(project, url) }),
        ),
      }),
    },
    [`GET ${templates}`]: {
      show: ({ items }: RepositoryTemplateList, { rights }) => ({
        items: items.filter(({ url }) => rights.may({ resource: 'repositories', action: 'get', object: url })),
      }),
    },
    [`POST ${repositories}`]: { check: checkRepositoryAdd },
    [`POST ${templates}`]: { check: checkRepositoryAdd },
    [`DELETE ${repositories}`]: { check: checkRepositoryRemove },
    [`DELETE ${templates}`]: { check: checkRepositoryRemove },
    [`GET ${certificates}`]: certificate('get'),
    [`POST ${certificates}`]: certificate('create'),
    [`DELETE ${certificates}`]: certificate('delete'),
  };
}

function checkRepositoryAdd({ request, rights }: Asked): void {
  const fields = mapIn(request.body, 'fields');
  const wish = { resource: 'repositories', object: scopedObject(textIn(fields, 'project'), textIn(fields, 'url')) };
  rights.demand({ ...wish, action: 'create' });
  if (mapIn(request.body)['upsert'] === true) rights.demand({ ...wish, action: 'update' });
}

/** One that is named without its project is still that of its project. */
async function checkRepositoryRemove({ request, rights, backend }: Asked): Promise<void> {
  const query = mapIn(request.query);
  const [url, project] = [textIn(query, 'url'), textIn(query, 'project')];
  const wish = { resource: 'repositories', action: 'delete' };
  rights.demand({ ...wish, object: scopedObject(project, url) });
  for (const item of (await backend.repositories?.list({ url, project, fresh: false })) ?? [])
    rights.demand({ ...wish, object: scopedObject(item.project, url) });
}

function paramOf({ request }: Pick<Asked, 'request'>, name: string): string {
  return textIn(mapIn(request.params), name);
}
