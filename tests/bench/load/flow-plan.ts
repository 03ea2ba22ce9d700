import { flow } from '../../../contract/flow/flow.ts';

/** The plainest flow: what walking it costs against sending the same request as it is. */
export const oneStep = flow('one-step', { title: 'One step with a status' }).request('read', {
  request: () => ({ method: 'GET', path: '/' }),
  status: 200,
});

export default { flows: [oneStep] };
