// Creating Applications over the API, for those whose rights the API knows: with a kubeconfig the cluster is asked.

import { type ApplicationAnswer, apiRoot, applicationRequest } from '@evenkeel/api';
import type { KubeObject } from '@evenkeel/resource';
import type { FastifyInstance } from 'fastify';
import { rightsOf } from '../access/guard-routes.ts';
import { onApplication } from '../access/rule.ts';
import type { Backend } from '../backend.ts';
import { ActionRefused } from '../faces/face.ts';
import { parseBody } from './act.ts';

/** Adds the route where this server takes changes of Applications. */
export function addCreateRoute(app: FastifyInstance, { applications, history }: Backend): void {
  if (!applications) return;
  app.post(`${apiRoot}/applications`, async (request): Promise<ApplicationAnswer> => {
    const { application, upsert = false } = parseBody(applicationRequest, request.body);
    if (application.kind !== 'Application')
      throw new ActionRefused('BAD_REQUEST', `a ${application.kind} is no Application`);
    const rights = rightsOf(request);
    const { name, namespace = 'argocd' } = application.metadata;
    const at = { frontEnd: 'argo', namespace, name } as const;
    // What moves to another project has to be permitted in both.
    const mayChange = (before: string, after: string): void => {
      for (const project of [after, before]) rights.demand(onApplication({ ...at, project }, 'update'));
    };
    const answer = await applications.create(application as unknown as KubeObject, { upsert, mayChange });
    const { managedFields: _owners, ...metadata } = answer.application.metadata;
    if (answer.action !== 'unchanged') {
      const what = answer.action === 'created' ? 'Created the Application' : 'Changed the Application';
      history.record({ kind: 'action', app: `argo/${namespace}/${name}`, who: { name: rights.username }, what });
    }
    return {
      action: answer.action,
      application: { ...answer.application, metadata } as unknown as ApplicationAnswer['application'],
    };
  });
}
