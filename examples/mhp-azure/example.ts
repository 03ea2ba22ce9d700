import { example } from '../system/example.ts';
import { MHP_FAULTS } from './faults.ts';
import { startScene } from './scene.ts';

export const mhpAzure = example({
  id: 'mhp-azure',
  phases: ['preflight', 'cutover', 'post-cutover', 'watch', 'rollback'],
  start: startScene,
  faults: MHP_FAULTS,
});
