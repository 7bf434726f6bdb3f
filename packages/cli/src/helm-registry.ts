// Registries for Helm's commands: logins come from flags, from what `helm registry login` stored, or from docker's file.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Credentials, type HttpClient, RegistryClient, findCredentials, parseDockerConfig } from '@evenkeel/oci';
import { type Access, remoteAccess } from './helm-http.ts';
import type { HelmSettings } from './helm-settings.ts';
import type { Io } from './io.ts';

/** A registry client for one command. */
export function openRegistry(
  http: HttpClient,
  access: Access,
  { settings, io }: { readonly settings: HelmSettings; readonly io: Io },
): RegistryClient {
  return new RegistryClient({
    http,
    access: remoteAccess(access, io),
    plainHttp: settings.on('plain-http'),
    login: (registry) => storedLogin(registry, settings, io),
  });
}

async function storedLogin(registry: string, settings: HelmSettings, io: Io): Promise<Credentials | undefined> {
  const docker = join(io.environment['DOCKER_CONFIG'] ?? join(io.homeDirectory, '.docker'), 'config.json');
  for (const file of [settings.registryConfig, docker]) {
    if (!existsSync(file)) continue;
    const config = parseDockerConfig(readFileSync(file, 'utf8'));
    const found = await findCredentials(config, registry, { environment: io.environment, signal: io.signal });
    if (found !== undefined) return found;
  }
  return undefined;
}
