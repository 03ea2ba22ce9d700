import path from 'node:path';
import { reportFiles } from '../../host/report-files.ts';
import { renderGitlabDotenv } from '../renderers/gitlab-dotenv.ts';
import { createFilePublisher } from './file.ts';
import type { WayToTell } from './way-to-tell.ts';

/** Tells a job of GitLab, by a file that its configuration names. */
export const gitlab: WayToTell = {
  needed: {},
  optional: {},
  secrets: [],
  told: { byItselfIn: 'GITLAB_CI' },
  deliver: (verdict, { directory }) => ({
    publisher: createFilePublisher(directory),
    files: { [path.basename(reportFiles(directory).dotenv)]: renderGitlabDotenv(verdict) },
  }),
};
