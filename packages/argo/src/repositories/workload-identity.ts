// The identity that Azure gives a process: who it is stands in the environment, the proof in a file that is kept fresh.

import { readFile } from 'node:fs/promises';
import type { WorkloadIdentity } from './credentials.ts';

/** Reads the variables that the workload identity webhook sets; undefined where they are not there. */
export function workloadIdentityFrom(
  environment: Readonly<Record<string, string | undefined>>,
): WorkloadIdentity | undefined {
  const {
    AZURE_TENANT_ID: tenantId = '',
    AZURE_CLIENT_ID: clientId = '',
    AZURE_FEDERATED_TOKEN_FILE: file = '',
    AZURE_AUTHORITY_HOST: authority = '',
    AZURE_ARM_TOKEN_RESOURCE: armResource = '',
  } = environment;
  if (tenantId === '' || clientId === '' || file === '') return undefined;
  const assertion = async (): Promise<string> => (await readFile(file, 'utf8')).trim();
  return { tenantId, clientId, authority, armResource, assertion };
}
