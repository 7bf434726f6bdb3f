// Proxies as the environment of git names them, for what this process fetches beside git.

import type { Git } from '@evenkeel/git';
import type { ProxySettings } from '@evenkeel/oci';

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. */
export function proxyOf({ environment }: Git): ProxySettings {
  const named = (name: string): string | undefined => environment[name] ?? environment[name.toLowerCase()];
  const [http, https, none] = [named('HTTP_PROXY'), named('HTTPS_PROXY'), named('NO_PROXY')];
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(none === undefined ? {} : { none }),
  };
}
