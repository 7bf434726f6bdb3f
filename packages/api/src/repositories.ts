// Repositories, credential templates and certificates over HTTP. Secrets only ever go in.

import * as v from 'valibot';

/** A repository and whether it can be reached. */
export const repository = v.object({
  url: v.string(),
  type: v.string(),
  name: v.string(),
  project: v.string(),
  username: v.string(),
  insecure: v.boolean(),
  enableOCI: v.boolean(),
  enableLfs: v.boolean(),
  proxy: v.string(),
  noProxy: v.string(),
  credentials: v.picklist(['none', 'own', 'inherited']),
  connection: v.object({ status: v.picklist(['Successful', 'Failed']), message: v.string(), atMs: v.number() }),
});
export type Repository = v.InferOutput<typeof repository>;

export const repositoryList = v.object({ items: v.array(repository) });
export type RepositoryList = v.InferOutput<typeof repositoryList>;

/** Credentials for every repository whose address begins with `url`. */
export const repositoryTemplate = v.object({
  url: v.string(),
  type: v.string(),
  username: v.string(),
  hasSshKey: v.boolean(),
  hasClientCertificate: v.boolean(),
});
export type RepositoryTemplate = v.InferOutput<typeof repositoryTemplate>;

export const repositoryTemplateList = v.object({ items: v.array(repositoryTemplate) });
export type RepositoryTemplateList = v.InferOutput<typeof repositoryTemplateList>;

/** POST: what the Secret is to hold, by Argo CD's names of its fields. */
export const repositoryRequest = v.object({
  fields: v.record(v.string(), v.string()),
  upsert: v.optional(v.boolean()),
  /** Whether it is tried out first; yes where not said. */
  check: v.optional(v.boolean()),
});
export type RepositoryRequest = v.InferOutput<typeof repositoryRequest>;

/** An SSH host key or a TLS authority. */
export const repositoryCertificate = v.object({
  serverName: v.string(),
  certType: v.picklist(['ssh', 'https']),
  certSubType: v.string(),
  certInfo: v.string(),
});
export type RepositoryCertificate = v.InferOutput<typeof repositoryCertificate>;

export const repositoryCertificateList = v.object({ items: v.array(repositoryCertificate) });
export type RepositoryCertificateList = v.InferOutput<typeof repositoryCertificateList>;

/** POST: lines of a known_hosts file, or the authorities of one host as PEM. */
export const certificateRequest = v.object({
  certType: v.picklist(['ssh', 'https']),
  serverName: v.optional(v.string()),
  text: v.string(),
  upsert: v.optional(v.boolean()),
});
export type CertificateRequest = v.InferOutput<typeof certificateRequest>;
