// From a generator's provider fields to a client of that forge: tokens from Secrets, trust from ConfigMaps, and what the
// operator allows. Mirrors the provider switches of argoproj/argo-cd:applicationset/generators/{scm_provider,pull_request}.go (3.6).

import type { ForgeAuth } from '@evenkeel/git';
import { type GoRegex, isGoRegexProblem, readGoRegex } from '@evenkeel/lang';
import type { Json, JsonObject } from '@evenkeel/resource';
import { GenerationError, objectOf } from '../application-set.ts';
import type { GeneratorInput } from './input.ts';
import { secretData } from './world.ts';

/** Refuses forges that are switched off, and addresses that are not on the list. */
export function checkAllowed(api: string, { set, world }: GeneratorInput): void {
  const { enabled, allowed } = world.forges;
  if (!enabled) throw new GenerationError('scm providers are disabled');
  // Who writes sets elsewhere must not send this process to any address. Upstream does not start without the list.
  if (allowed.length === 0 && set.namespace !== world.controlNamespace) {
    throw new GenerationError(
      `scm provider not allowed: sets outside of namespace ${world.controlNamespace} may ask forges only where applicationsetcontroller.allowed.scm.providers of argocd-cmd-params-cm names them`,
    );
  }
  if (api !== '' && allowed.length > 0 && !allowed.includes(api)) {
    throw new GenerationError(
      `scm provider not allowed: scm provider "${api}" not allowed, must use one of the following: ${allowed.join(', ')}`,
    );
  }
}

/** How to log in and whom to trust, from the fields every provider has. */
export async function forgeAuth(provider: JsonObject, input: GeneratorInput): Promise<ForgeAuth> {
  const tls = {
    ...(provider['insecure'] === true ? { insecure: true } : {}),
    ...(await certificates(provider['caRef'], input)),
  };
  const app = textOf(provider['appSecretName']);
  if (app !== '') return { ...tls, app: await githubApp(app, input) };
  const bearer = objectOf(provider['bearerToken']);
  const basic = objectOf(provider['basicAuth']);
  if (bearer) return { ...tls, token: await secretValue(bearer['tokenRef'], input) };
  if (basic) {
    const password = await secretValue(basic['passwordRef'], input);
    return { ...tls, basic: { username: textOf(basic['username']), password } };
  }
  if (provider['appPasswordRef'] !== undefined) {
    const password = await secretValue(provider['appPasswordRef'], input);
    return { ...tls, basic: { username: textOf(provider['user']), password } };
  }
  const token = await secretValue(provider['accessTokenRef'] ?? provider['tokenRef'], input);
  return token === '' ? tls : { ...tls, token };
}

/** The value of a Secret's key; '' where no key is named. */
async function secretValue(reference: Json | undefined, { set, world }: GeneratorInput): Promise<string> {
  const ref = objectOf(reference);
  if (!ref) return '';
  const [name, key] = [textOf(ref['secretName']), textOf(ref['key'])];
  const where = `${set.namespace}/${name}`;
  const secret = await world.secret(set.namespace, name);
  if (!secret)
    throw new GenerationError(
      `error fetching Secret token: error fetching secret ${where}: Secret "${name}" not found`,
    );
  if (world.forges.strictTokens && secret.metadata.labels?.['argocd.argoproj.io/secret-type'] !== 'scm-creds') {
    throw new GenerationError(
      `error fetching Secret token: secret ${where} is not a valid SCM creds secret: secret must have label "argocd.argoproj.io/secret-type"="scm-creds"`,
    );
  }
  const value = secretData(secret).get(key);
  if (value === undefined)
    throw new GenerationError(`error fetching Secret token: key "${key}" in secret ${where} not found`);
  return value;
}

async function certificates(
  reference: Json | undefined,
  { set, world }: GeneratorInput,
): Promise<{ readonly ca?: string }> {
  const ref = objectOf(reference);
  if (!ref) return {};
  const [name, key] = [textOf(ref['configMapName']), textOf(ref['key'])];
  const map = await world.configMap(set.namespace, name);
  if (!map) throw new GenerationError(`error fetching CA certificates from ConfigMap: configmaps "${name}" not found`);
  const value = objectOf(map['data'] as Json | undefined)?.[key];
  if (typeof value !== 'string') {
    throw new GenerationError(
      `error fetching CA certificates from ConfigMap: key ${key} not found in ConfigMap ${name}`,
    );
  }
  return { ca: value };
}

/** A GitHub App from a repository credentials Secret. */
async function githubApp(name: string, { world }: GeneratorInput): Promise<NonNullable<ForgeAuth['app']>> {
  const secret = await world.secret(world.controlNamespace, name);
  if (!secret) throw new GenerationError(`error fetching Github app secret: secrets "${name}" not found`);
  const data = secretData(secret);
  const privateKey = data.get('githubAppPrivateKey') ?? '';
  if (privateKey === '')
    throw new GenerationError('error fetching Github app secret: no github app found in the secret');
  return {
    id: data.get('githubAppID') ?? '',
    installationId: data.get('githubAppInstallationID') ?? '',
    privateKey,
    baseUrl: data.get('githubAppEnterpriseBaseUrl') ?? '',
  };
}

/** A text, or ''. */
export function textOf(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}

/** A filter's regular expression in Go's dialect. @throws GenerationError with what Go refuses, and where it stands. */
export function compilePattern(pattern: Json | undefined, field: string): GoRegex | undefined {
  if (typeof pattern !== 'string') return undefined;
  const read = readGoRegex(pattern);
  if (!isGoRegexProblem(read)) return read;
  const where = `error compiling ${field} regexp ${JSON.stringify(pattern)}`;
  throw new GenerationError(`${where}: ${read.message} (at character ${read.position + 1})`);
}
