import { EVENTS } from '../../contract/events/table.ts';
import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { equal, holds, type Statement } from '../../contract/flow/statement.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { CannotTell } from '../cannot-tell.ts';
import { Doubts } from '../doubts.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';
import { cookieStatements } from './cookie-statements.ts';
import { askFollowing, MOST_REDIRECTS, REDIRECTS } from './follow-redirects.ts';
import { headerStatements } from './header-statements.ts';
import type { ProbeLook } from './probe-look.ts';

type HeadersProbe = Extract<Probe, { kind: 'headers' }>;
type Cors = NonNullable<HeadersProbe['cors']>;

/** Servers leave shorter texts as they are: compressed they would be no shorter. Characters. */
const WORTH_COMPRESSING = 2048;
const TEXT = /^(?:text\/|image\/svg\+xml|application\/(?:[\w.-]+\+)?(?:json|xml|javascript))/i;
const COMPRESSED = /\b(?:gzip|x-gzip|br|zstd|deflate)\b/i;

export const headersLook: ProbeLook<HeadersProbe> = {
  mostAnswers: ({ paths, https, cors }) =>
    paths.length *
    (1 +
      MOST_REDIRECTS +
      (https === false ? 0 : 1) +
      (cors === undefined ? 0 : (1 + cors.allow.length) * (1 + MOST_REDIRECTS))),
  look: (probe, tools) => probeHeaders(probe, tools),
};

/** Asks each path and holds its headers against the plan. All are asked, so that one look shows all that is weak. */
export async function probeHeaders(probe: HeadersProbe, tools: ProbeTools): Promise<Probed> {
  const statements: Statement[] = [];
  const doubts = new Doubts();
  for (const path of probe.paths)
    for (const question of questionsAt(probe, path, tools))
      await doubts.try(async () => void statements.push(...(await question())));
  doubts.raise(statements);
  const wrong = statements.find(({ ok }) => !ok);
  return {
    statements,
    holds: `${probe.paths.length} of ${probe.paths.length} paths send what the plan wants of their headers`,
    cause: wrong === undefined ? '' : causeOf(wrong),
  };
}

/** What is asked of one path: each question may be one that cannot be told. */
function questionsAt(
  probe: HeadersProbe,
  path: string,
  tools: ProbeTools,
): readonly (() => Promise<readonly Statement[]>)[] {
  const { https, cors } = probe;
  let answer: ResponseView | undefined;
  return [
    async () => (https === false ? [] : [await leadsToHttps(probe, https, path, tools)]),
    async () => {
      const name = `status of ${path}`;
      const asked = await askFollowing(secure(probe), tools, requestOf(probe, path, tools), name);
      if ('none' in asked) return [asked.none];
      const status = equal(name, asked.answer.status, probe.status);
      // An error page says nothing about the headers of the page that was meant.
      if (!status.ok) return [status];
      answer = asked.answer;
      const cookies = asked.answer.headers['set-cookie'];
      return [
        status,
        ...headerStatements(probe, path, asked.answer.headers),
        ...(probe.cookies === false ? [] : cookieStatements(probe.cookies, path, cookies)),
      ];
    },
    async () => (answer === undefined || !probe.compression ? [] : [compressionOf(answer, path)]),
    async () => (answer === undefined || cors === undefined ? [] : corsStatements(probe, cors, path, tools)),
  ];
}

/** Headers that came over http say nothing: everybody on the way can change them. */
function secure(probe: HeadersProbe): Parameters<typeof askFollowing>[0] {
  return { status: probe.status, budgetMs: probe.budgetMs, staysSecure: true };
}

function causeOf({ name, expected }: Statement): string {
  if (String(expected).startsWith('an answer within')) return 'no-answer';
  return name.startsWith('status of') ? 'status' : 'header';
}

function requestOf(
  probe: HeadersProbe,
  path: string,
  { urls }: ProbeTools,
  more: Readonly<Record<string, string>> = {},
): ReturnType<typeof encodeRequest> {
  const headers = { ...readHeaders(probe.headers, resolveSecret), ...more };
  return encodeRequest({ method: 'GET', path, endpoint: probe.endpoint, headers }, urls);
}

/** The http address is asked without headers of the plan, which may be secret. */
async function leadsToHttps(
  { endpoint, budgetMs }: HeadersProbe,
  { from, closed }: Exclude<HeadersProbe['https'], false>,
  path: string,
  tools: ProbeTools,
): Promise<Statement> {
  const name = `http of ${path}`;
  const secure = new URL(encodeRequest({ method: 'GET', path, endpoint }, tools.urls).url);
  const plain = new URL(secure.pathname + secure.search, from ?? `http://${secure.host}`);
  const expected = `a redirect to https://${plain.hostname}`;
  const asked = await ask(tools, { method: 'GET', url: plain.href, headers: {} }, name, budgetMs);
  if ('none' in asked) {
    if (closed && asked.none.measured === EVENTS.refused.words) return { ...asked.none, ok: true };
    return { ...asked.none, expected: closed ? `${expected}, or nobody listens` : expected };
  }
  const { status, headers } = asked.answer;
  const location = headers['location'];
  if (!REDIRECTS.includes(status) || location === undefined || !URL.canParse(location, plain.href))
    return holds(name, false, `answered ${status}`, expected);
  const to = new URL(location, plain);
  const ok = to.protocol === 'https:' && to.hostname === plain.hostname;
  // The query may hold tokens.
  return holds(name, ok, `${status} to ${to.origin}${to.pathname}`, expected);
}

/** @throws CannotTell where there is nothing to compress */
function compressionOf({ headers, text, body }: ResponseView, path: string): Statement {
  const name = `compression of ${path}`;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && COMPRESSED.test(encoding)) return holds(name, true, encoding, 'compressed');
  const type = headers['content-type'] ?? 'nothing';
  const length = (text ?? String(body)).length;
  if (TEXT.test(type) && length >= WORTH_COMPRESSING)
    return holds(name, false, encoding ?? `${length} characters as they are`, 'compressed');
  throw new CannotTell(
    'nothing-to-compress',
    `${name}: the answer is no text, or too short to be compressed (${type}, ${length} characters)`,
    { remedy: 'name a path that answers a longer text' },
  );
}

/** What scripts of other sites may read. A browser compares the very text of the header. */
async function corsStatements(
  probe: HeadersProbe,
  { allow, credentials, foreign, anyOrigin }: Cors,
  path: string,
  tools: ProbeTools,
): Promise<readonly Statement[]> {
  const statements: Statement[] = [];
  for (const origin of new Set([...allow, foreign])) {
    const isForeign = origin === foreign && !allow.includes(origin);
    const name = `cors of ${path} for ${origin}`;
    const request = requestOf(probe, path, tools, { origin });
    // As browsers do: what counts is what the page says that it leads to.
    const asked = await askFollowing(secure(probe), tools, request, name);
    if ('none' in asked) {
      statements.push(asked.none);
      continue;
    }
    const { status } = asked.answer;
    if (status !== probe.status && !(isForeign && status === 403)) {
      statements.push(holds(`status of ${path} for ${origin}`, false, status, probe.status));
      continue;
    }
    const letIn = asked.answer.headers['access-control-allow-origin'];
    const withCookies = asked.answer.headers['access-control-allow-credentials'] === 'true';
    const measured =
      letIn === undefined ? 'not let in' : `${letIn}${withCookies ? ', with credentials' : ''}`;
    if (isForeign) {
      const ok = anyOrigin ? letIn === '*' : !['*', 'null', origin].includes(letIn ?? '');
      statements.push(holds(name, ok, measured, anyOrigin ? '*' : 'not let in'));
    } else {
      // With credentials browsers take no `*`.
      const ok = letIn === origin || (letIn === '*' && !credentials);
      const expected = credentials ? `${origin}, with credentials` : origin;
      statements.push(holds(name, ok && (!credentials || withCookies), measured, expected));
    }
  }
  return statements;
}
