import { describe } from 'vitest';
import { hasMariadb } from '../../../mariadb-server.ts';
import { describeCommand } from './command.ts';
import { describeCovered } from './covered.ts';
import { describeLosses } from './losses.ts';
import { describePlanned } from './planned.ts';
import { startServers } from './servers.ts';
import { describeSessions } from './sessions.ts';
import { describeTables } from './tables.ts';
import { describeValues } from './values.ts';

describe.skipIf(!hasMariadb)(
  'MariaDB as the old side (skipped where mariadb-server is not installed)',
  () => {
    startServers();
    describeValues();
    describeTables();
    describeSessions();
    describePlanned();
    describeCovered();
    describeCommand();
    // The last ones: afterwards the server of old is gone.
    describeLosses();
  },
);
