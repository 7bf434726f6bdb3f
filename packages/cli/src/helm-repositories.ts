// The user's repositories.yaml and the indexes that `helm repo update` keeps. Mirrors helm:pkg/repo/v1 (v4.3.0).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, YamlError, parseYaml } from '@evenkeel/resource';
import type { Access } from './helm-http.ts';
import type { HelmSettings } from './helm-settings.ts';

/** One entry of repositories.yaml. */
export interface KnownRepository {
  readonly name: string;
  readonly url: string;
  readonly access: Access;
}

/** The repositories the user has added; none where the file is missing. Throws an Error for one that is no YAML. */
export function knownRepositories(settings: HelmSettings): readonly KnownRepository[] {
  const file = settings.repositoryConfig;
  if (!existsSync(file)) return [];
  let config: Json | undefined;
  try {
    config = parseYaml(readFileSync(file), { dialect: 'sigs' });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Error(`${file}: ${error.message}`, { cause: error });
  }
  const list = field(config, 'repositories');
  return Array.isArray(list) ? (list as readonly Json[]).map(knownRepository) : [];
}

/** The index that the cache holds of a repository. */
export function cachedIndex(repository: KnownRepository, settings: HelmSettings): string | undefined {
  const file = join(settings.repositoryCache, `${repository.name}-index.yaml`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function knownRepository(entry: Json): KnownRepository {
  const text = (name: string): string => {
    const value = field(entry, name);
    return typeof value === 'string' ? value : '';
  };
  return {
    name: text('name'),
    url: text('url'),
    access: {
      username: text('username'),
      password: text('password'),
      passCredentials: field(entry, 'pass_credentials_all') === true,
      certFile: text('certFile'),
      keyFile: text('keyFile'),
      caFile: text('caFile'),
      insecure: field(entry, 'insecure_skip_tls_verify') === true,
    },
  };
}

function field(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return (value as Readonly<Record<string, Json | undefined>>)[name];
}
