// What is asked of bearers of tokens before an Application or one of its live objects is changed, or looked at as it would be.
// Mirrors argoproj/argo-cd:server/application/application.go (3.6) validateAndUpdateApp, PatchResource and DeleteResource.

import { apiRoot } from '@evenkeel/api';
import { objectActions } from '@evenkeel/argo';
import type { FaceItem } from '../faces/face.ts';
import type { Rights } from './rights.ts';
import {
  type Asked,
  type Rules,
  applicationOf,
  mapIn,
  onApplication,
  permittedApplication,
  seenApplication,
  textIn,
} from './rule.ts';

const one = `${apiRoot}/deliveries/:frontEnd/:namespace/:name`;

/** Rules of the routes in routes/applications.ts. */
export const editRules: Rules = {
  // What exists already is asked about again when it is to be changed.
  [`POST ${apiRoot}/applications`]: { check: checkCreate },
  [`GET ${one}/application`]: { check: (asked) => void seenApplication(asked) },
  [`PATCH ${one}/application`]: { check: (asked) => void permittedApplication(asked, 'update') },
  [`POST ${one}/preview`]: {
    check(asked) {
      const item = seenApplication(asked);
      // What somebody hands in is tried out on the cluster.
      if (Object.hasOwn(mapIn(asked.request.body), 'manifests')) asked.rights.demand(onApplication(item, 'override'));
    },
  },
  [`PATCH ${one}/resource`]: { check: (asked) => checkObject(asked, 'update') },
  [`DELETE ${one}/resource`]: { check: (asked) => checkObject(asked, 'delete') },
  [`GET ${one}/logs/follow`]: {
    check: (asked) => asked.rights.demand(onApplication(seenApplication(asked), 'get', 'logs')),
  },
};

/** Whoever may do it to the whole application may do it to each of its objects, where the installation wants it so. */
function checkObject(asked: Asked, verb: 'update' | 'delete'): void {
  const { rights, backend, request } = asked;
  const ref = mapIn(request.body, 'ref');
  const part = (key: string): string => textIn(ref, key);
  const named = { group: part('group'), kind: part('kind'), namespace: part('namespace'), name: part('name') };
  const inherited = backend.access?.switches().inheritsFineGrained === true;
  const actions = objectActions(verb, named, inherited);
  const item = actions.length > 1 ? applicationOf(request, backend) : undefined;
  if (item && actions.some((action) => rights.may(onApplication(item, action)))) return;
  permittedApplication(asked, actions.at(-1) ?? verb);
}

function checkCreate({ rights, request }: Asked): void {
  const metadata = mapIn(request.body, 'application', 'metadata');
  const project = textIn(mapIn(request.body, 'application', 'spec'), 'project') || 'default';
  const at = { namespace: textIn(metadata, 'namespace') || 'argocd', name: textIn(metadata, 'name') };
  rights.demand(onApplication({ ...at, frontEnd: 'argo', project }, 'create'));
}

/** Whoever takes an application to another project has to be allowed to create it there. */
export function checkProject(item: FaceItem, project: string, rights: Rights): void {
  if (rights.isOwner || project === item.project) return;
  rights.demand(onApplication({ ...item, project }, 'create'));
  rights.demand(onApplication({ ...item, project }, 'update'));
}
