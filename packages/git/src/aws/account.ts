// Who this process is to AWS, and a request in that name: keys in the environment, a role of a Kubernetes service account
// (IRSA), EKS Pod Identity, and roles assumed from there. Mirrors github.com/aws/aws-sdk-go-v2/config (1.32) in order.

import { readFile } from 'node:fs/promises';
import { ForgeError } from '../forges/errors.ts';
import type { ForgeAccess, ForgeAnswer } from '../forges/http.ts';
import { type AwsCredentials, signAwsRequest } from './signature.ts';

/** Variables as the AWS command line reads them. */
export type AwsEnvironment = Readonly<Record<string, string | undefined>>;

/** How requests are sent, and as whom. */
export interface AwsOptions {
  readonly access: ForgeAccess;
  readonly environment: AwsEnvironment;
  /** '' for the one of the environment. */
  readonly region: string;
  /** The ARN of a role to assume; '' for none. */
  readonly role: string;
}

/** One call of a service that speaks JSON 1.1. */
export interface AwsCall {
  readonly service: 'codecommit' | 'tagging';
  /** "CodeCommit_20150413.ListRepositories" */
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Sends calls; everything rejects with ForgeError, `type` being AWS's own name of the error. */
export type AwsClient = (call: AwsCall) => Promise<unknown>;

/** Makes it. Credentials are looked up at the first call. */
export function createAwsClient(options: AwsOptions): AwsClient {
  const region = options.region || variable(options, 'AWS_REGION') || variable(options, 'AWS_DEFAULT_REGION');
  let credentials: Promise<AwsCredentials> | undefined;
  return async ({ service, target, input }) => {
    if (region === '') throw new ForgeError('invalid-argument', 'no AWS region is named, here or by AWS_REGION');
    credentials ??= currentCredentials(options, region);
    const url = endpoint(options, service, region);
    const body = JSON.stringify(input);
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    const scope = { region, service, nowMs: options.access.now };
    const signed = signAwsRequest({ method: 'POST', url, headers, body }, await credentials, scope);
    return (await options.access.send({ method: 'POST', url, headers: signed, body: input }, {})).body;
  };
}

const endpointVariables = {
  codecommit: 'AWS_ENDPOINT_URL_CODECOMMIT',
  tagging: 'AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API',
  sts: 'AWS_ENDPOINT_URL_STS',
} as const;

function endpoint(options: AwsOptions, service: keyof typeof endpointVariables, region: string): string {
  const set = variable(options, endpointVariables[service]) || variable(options, 'AWS_ENDPOINT_URL');
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${(set || `https://${service}.${region}.${domain}`).replace(/\/+$/, '')}/`;
}

async function currentCredentials(options: AwsOptions, region: string): Promise<AwsCredentials> {
  const own = await ownCredentials(options, region);
  if (options.role === '') return own;
  const url = endpoint(options, 'sts', region);
  const body = query('AssumeRole', { RoleArn: options.role });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const scope = { region, service: 'sts', nowMs: options.access.now };
  const signed = signAwsRequest({ method: 'POST', url, headers, body: body.toString() }, own, scope);
  return granted(await options.access.send({ method: 'POST', url, headers: signed, body }, {}), options.role);
}

async function ownCredentials(options: AwsOptions, region: string): Promise<AwsCredentials> {
  const [accessKeyId, secretAccessKey, sessionToken] = [
    variable(options, 'AWS_ACCESS_KEY_ID'),
    variable(options, 'AWS_SECRET_ACCESS_KEY'),
    variable(options, 'AWS_SESSION_TOKEN'),
  ];
  if (accessKeyId !== '' && secretAccessKey !== '') {
    return { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) };
  }
  const [role, file] = [variable(options, 'AWS_ROLE_ARN'), variable(options, 'AWS_WEB_IDENTITY_TOKEN_FILE')];
  if (role !== '' && file !== '') {
    const token = await read(file);
    const body = query('AssumeRoleWithWebIdentity', { RoleArn: role, WebIdentityToken: token });
    const name = variable(options, 'AWS_ROLE_SESSION_NAME');
    if (name !== '') body.set('RoleSessionName', name);
    const url = endpoint(options, 'sts', region);
    return granted(await options.access.send({ method: 'POST', url, body }, {}), role);
  }
  const container = variable(options, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  if (container !== '') return podIdentity(options, container);
  throw new ForgeError(
    'denied',
    'this process has no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, or EKS Pod Identity',
  );
}

async function podIdentity(options: AwsOptions, url: string): Promise<AwsCredentials> {
  const file = variable(options, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  const token = file === '' ? variable(options, 'AWS_CONTAINER_AUTHORIZATION_TOKEN') : await read(file);
  const headers = token === '' ? {} : { authorization: token };
  const { body } = await options.access.send({ url, headers }, {});
  const { AccessKeyId, SecretAccessKey, Token } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') {
    throw new ForgeError('malformed', `${url}: an answer without credentials`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(typeof Token === 'string' ? { sessionToken: Token } : {}),
  };
}

function query(action: string, parameters: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams({ Action: action, Version: '2011-06-15', RoleSessionName: 'evenkeel', ...parameters });
}

/** STS answers in XML, or in JSON where that is asked for and it can. */
function granted({ body }: ForgeAnswer, role: string): AwsCredentials {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const value = (name: string): string =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? new RegExp(`"${name}":"([^"]*)"`).exec(text)?.[1] ?? '';
  const [accessKeyId, secretAccessKey, sessionToken] = [
    value('AccessKeyId'),
    value('SecretAccessKey'),
    value('SessionToken'),
  ];
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new ForgeError('malformed', `the role ${role} was granted without credentials`);
  }
  return { accessKeyId, secretAccessKey, sessionToken };
}

async function read(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new ForgeError('denied', `the token in ${file} cannot be read`, { cause: error });
  }
}

function variable({ environment }: Pick<AwsOptions, 'environment'>, name: string): string {
  return environment[name] ?? '';
}
