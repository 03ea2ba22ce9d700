import { defineSuites } from '../../../../run/test-entry.ts';
import { planOf } from './two.plan.ts';

const { NEW_URL = '', OLD_URL = '', OTHER_URL = '' } = process.env;
defineSuites(planOf({ new: NEW_URL, old: OLD_URL, other: OTHER_URL }));
