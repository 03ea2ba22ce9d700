import { example } from '../system/example.ts';
import { SAMIA_FAULTS } from './faults.ts';
import { startScene } from './scene.ts';

export const samiaTarot = example({
  id: 'samia-tarot',
  // In the order of the document: the way back is verified before the first week is watched.
  phases: ['preflight', 'cutover', 'post-cutover', 'rollback', 'synthetic', 'watch'],
  start: startScene,
  faults: SAMIA_FAULTS,
});
