// Repositories, templates and certificates: listed, added, removed.

import {
  type Accepted,
  type RepositoryCertificateList,
  type RepositoryList,
  type RepositoryTemplateList,
  apiRoot,
  certificateRequest,
  repositoryRequest,
} from '@evenkeel/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Backend, RepositoryBackend } from '../backend.ts';
import { parseBody } from './act.ts';

/** Adds the routes where this server has repositories. */
export function addRepositoryRoutes(app: FastifyInstance, { repositories: backend }: Backend): void {
  if (!backend) return;
  addEntries(app, backend);
  const certificates = `${apiRoot}/certificates`;
  app.get(certificates, (request): RepositoryCertificateList => ({ items: backend.certificates(filterOf(request)) }));
  app.post(certificates, async (request): Promise<RepositoryCertificateList> => {
    const { certType, serverName = '', text, upsert = false } = parseBody(certificateRequest, request.body);
    return { items: await backend.addCertificates({ certType, serverName, text, upsert }) };
  });
  app.delete(certificates, async (request): Promise<RepositoryCertificateList> => ({
    items: await backend.removeCertificates(filterOf(request)),
  }));
}

function addEntries(app: FastifyInstance, backend: RepositoryBackend): void {
  for (const [path, kind] of [
    ['repositories', 'repository'],
    ['repository-templates', 'repo-creds'],
  ] as const) {
    const all = `${apiRoot}/${path}`;
    app.post(all, async (request): Promise<Accepted> => {
      const { fields, upsert = false, check = true } = parseBody(repositoryRequest, request.body);
      return { message: await backend.add({ kind, fields, upsert, check }) };
    });
    app.delete(all, async (request): Promise<Accepted> => {
      const { url = '', project = '' } = queryOf(request);
      await backend.remove({ kind, url, project });
      return { message: `${url} removed` };
    });
  }
  app.get(`${apiRoot}/repositories`, async (request): Promise<RepositoryList> => {
    const { url, project, refresh } = queryOf(request);
    const query = { ...(url === undefined ? {} : { url }), ...(project === undefined ? {} : { project }) };
    return { items: await backend.list({ ...query, fresh: refresh === 'hard' }) };
  });
  app.get(`${apiRoot}/repository-templates`, (): RepositoryTemplateList => ({ items: backend.templates() }));
}

function filterOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const { hostNamePattern = '', certType = '', certSubType = '' } = queryOf(request);
  return { hostNamePattern, certType, certSubType };
}

function queryOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  return request.query as Readonly<Record<string, string | undefined>>;
}
