import type { LoadProfile } from '../../contract/load/load-profile.ts';
import type { LoadEngine } from '../../contract/ports/load-engine.ts';
import { autocannonEngine } from './autocannon.ts';
import { k6Engine } from './k6.ts';

/** Every load engine by its name in the plan. */
export const loadEngines: Record<LoadProfile['engine'], LoadEngine> = {
  autocannon: autocannonEngine,
  k6: k6Engine,
};
