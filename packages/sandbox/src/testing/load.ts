// A process that writes to a cluster on a state file and prints each write once it is acknowledged; made to be killed.

import { Sandbox } from '../sandbox.ts';
import { call } from './client.ts';

const [stateFile = '', round = '0'] = process.argv.slice(2);
const sandbox = await Sandbox.start({ listen: false, stateFile, speed: 100 });
const api = sandbox.transport();
const path = '/api/v1/namespaces/default/configmaps';
for (let count = 0; count < 2000; count++) {
  const name = `r${round}-${Math.floor(count / 4)}`;
  const value = String(count % 4);
  if (count % 4 === 0) {
    await call(api, 'POST', path, {
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } },
    });
  } else {
    await call(api, 'PATCH', `${path}/${name}`, {
      body: { data: { value } },
      contentType: 'application/merge-patch+json',
    });
  }
  process.stdout.write(`${name} ${value}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
await sandbox.close();
