// Altinity's ClickHouse.

import { clickHouse } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ ClickHouseInstallation: clickHouse('ClickHouse') });
