import { example } from '../system/example.ts';
import { ILS_FAULTS } from './faults.ts';
import { startScene } from './scene.ts';

export const ilsKubernetes = example({
  id: 'ils-kubernetes',
  phases: ['preflight', 'cutover', 'post-cutover', 'watch', 'rollback'],
  start: startScene,
  faults: ILS_FAULTS,
});
