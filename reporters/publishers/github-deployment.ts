import type { Publisher } from '../../contract/ports/publisher.ts';
import type { Post } from '../../host/post.ts';

/** A deployment on GitHub. */
export interface GithubDeployment {
  /** `https://api.github.com`, or of a server of your own. */
  readonly api: string;
  /** `owner/name` */
  readonly repository: string;
  readonly deployment: string;
  readonly token: string;
}

/** Sets the status of a deployment on GitHub. */
export function createGithubDeploymentPublisher(at: GithubDeployment, post: Post): Publisher {
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
