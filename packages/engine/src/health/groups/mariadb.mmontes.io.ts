// The MariaDB operator under its first name.

import { mariaDb } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ MariaDB: mariaDb });
