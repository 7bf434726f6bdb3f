// Altinity's ClickHouse Keeper.

import { clickHouse } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ ClickHouseKeeperInstallation: clickHouse('ClickHouseKeeper') });
