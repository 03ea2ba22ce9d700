import type { Publisher } from '../../contract/ports/publisher.ts';
import type { Post } from '../../host/post.ts';
import { renderDeploymentStatus } from '../renderers/messages/deployment-status.ts';
import { anything, secureUrl, type WayToTell } from './way-to-tell.ts';

/** A deployment on GitHub. */
interface GithubDeployment {
  /** `https://api.github.com`, or of a server of your own. */
  readonly api: string;
  /** `owner/name` */
  readonly repository: string;
  readonly deployment: string;
  readonly token: string;
}

/** Sets the status of a deployment on GitHub. */
function createGithubDeploymentPublisher(at: GithubDeployment, post: Post): Publisher {
  return {
    name: 'github-deployment',
    publish: (_verdict, files) =>
      post({
        url: `${at.api.replace(/\/$/, '')}/repos/${at.repository}/deployments/${at.deployment}/statuses`,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${at.token}`,
          'x-github-api-version': '2022-11-28',
        },
        body: files['deployment-status'] ?? '',
      }),
  };
}

export const githubDeployment: WayToTell = {
  needed: {
    GITHUB_TOKEN: anything,
    GITHUB_REPOSITORY: (value) =>
      /^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/.test(value) ? undefined : 'is not owner/name',
    GREENLIGHT_GITHUB_DEPLOYMENT: (value) =>
      /^\d+$/.test(value) ? undefined : 'is not the number of a deployment',
  },
  optional: { GITHUB_API_URL: secureUrl },
  secrets: [],
  told: {
    settings: '`GITHUB_TOKEN`, `GITHUB_REPOSITORY`, `GREENLIGHT_GITHUB_DEPLOYMENT`',
    does: 'status of the deployment: success, failure (NO_GO) or error',
  },
  deliver: (verdict, { env, report, post }) => ({
    publisher: createGithubDeploymentPublisher(
      {
        api: env['GITHUB_API_URL'] || 'https://api.github.com',
        repository: env['GITHUB_REPOSITORY'] ?? '',
        deployment: env['GREENLIGHT_GITHUB_DEPLOYMENT'] ?? '',
        token: env['GITHUB_TOKEN'] ?? '',
      },
      post,
    ),
    files: { 'deployment-status': renderDeploymentStatus(verdict, report) },
  }),
};
