// All functions Kubernetes adds to CEL, except those of lists.

import { type Overload, overload } from '../overload.ts';
import type { CelType } from '../types.ts';
import { ArrayList } from '../values.ts';
import { authorizerFunctions } from './authorizer.ts';
import { formatFunctions } from './named-formats.ts';
import { cidrType, ipType, networkFunctions } from './network.ts';
import { quantityFunctions } from './quantity.ts';
import { findMatches } from './regex.ts';
import { semverFunctions } from './semantic-version.ts';
import { urlFunctions } from './url.ts';

const regexFunctions: readonly Overload[] = [
  overload(
    'string_find_string',
    'string .find(string) string',
    (text, pattern) => findMatches(text as string, pattern as string, 1)[0] ?? '',
  ),
  overload(
    'string_find_all_string',
    'string .findAll(string) list(string)',
    (text, pattern) => new ArrayList(findMatches(text as string, pattern as string, -1)),
  ),
  overload(
    'string_find_all_string_int',
    'string .findAll(string, int) list(string)',
    (text, pattern, limit) => new ArrayList(findMatches(text as string, pattern as string, Number(limit))),
  ),
];

export const kubernetesFunctions: readonly Overload[] = [
  ...regexFunctions,
  ...urlFunctions,
  ...quantityFunctions,
  ...networkFunctions,
  ...formatFunctions,
  ...semverFunctions,
  ...authorizerFunctions,
];

export const kubernetesTypes: readonly CelType[] = [ipType, cidrType];
