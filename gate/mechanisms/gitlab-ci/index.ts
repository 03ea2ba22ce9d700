import type { Mechanism } from '../mechanism.ts';
import { gitlabAllowFailure } from './gitlab-allow-failure.ts';
import { gitlabFile } from './gitlab-file.ts';

export const gitlabCi: Mechanism = {
  title: 'GitLab CI',
  hears: 'exit code, dotenv, JUnit',
  routes: [],
  reads: 'GitLab CI',
  kinds: [gitlabFile],
  rules: [gitlabAllowFailure],
};
