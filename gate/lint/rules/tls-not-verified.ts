import type { Rule } from '../rule.ts';
import { everyMap } from '../every-map.ts';

const FOUND = 'Whoever stands between can answer GO.';

export const tlsNotVerified: Rule = {
  id: 'tls-not-verified',
  remedy: 'Give the mechanism the certificate authority of the gate instead.',
  find: ({ root, scripts, gate }) => [
    ...(root === undefined ? [] : everyMap(root)).flatMap((place) =>
      ['insecure', 'disableTLS'].flatMap((key) => {
        const option = place.at(key);
        return option?.value === true ? [{ line: option.line, found: FOUND }] : [];
      }),
    ),
    ...scripts.flatMap(({ lines }) =>
      lines
        .filter(({ text }) => gate.asks(text) && /\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)\b/.test(text))
        .map(({ line }) => ({ line, found: FOUND })),
    ),
  ],
};
