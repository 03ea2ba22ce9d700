import type { Rule } from '../../lint/rule.ts';
import { hooksOf } from './flagger-hooks.ts';

export const flaggerRouteOfAnother: Rule = {
  id: 'flagger-route-of-another',
  remedy: 'Send each hook to its own route: /v1/flagger/<type>.',
  find: (document) =>
    hooksOf(document)
      .filter(({ path }) => path.startsWith('/v1/argo'))
      .map(({ place }) => ({
        line: (place.at('url') ?? place).line,
        found:
          'This address answers 200 whatever the verdict is, because Argo wants it so; Flagger takes it for a yes.',
      })),
};
