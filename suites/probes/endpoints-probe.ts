import { evaluateResponse, undecodableStatement } from '../../contract/flow/evaluate.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import { encodeRequest, type RequestSpec, type ResponseView } from '../../contract/flow/http.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { equal, type Statement } from '../../contract/flow/statement.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { Doubts } from '../doubts.ts';
import type { Probed, ProbeTools } from '../probe-finding.ts';
import { askFollowing, MOST_REDIRECTS } from './follow-redirects.ts';
import type { ProbeLook } from './probe-look.ts';

type EndpointsProbe = Extract<Probe, { kind: 'endpoints' }>;

export const endpointsLook: ProbeLook<EndpointsProbe> = {
  mostAnswers: ({ paths }) => paths.length * (1 + MOST_REDIRECTS),
  look: (probe, tools) => probeEndpoints(probe, tools),
};

/** Asks each path and compares its status. All paths are asked, so that one look shows all that is broken. */
export async function probeEndpoints(probe: EndpointsProbe, tools: ProbeTools): Promise<Probed> {
  const statements: Statement[] = [];
  const doubts = new Doubts();
  for (const path of probe.paths)
    await doubts.try(async () => void statements.push(await pathStatement(probe, tools, path)));
  doubts.raise(statements);
  const wrong = statements.find((statement) => !statement.ok);
  return {
    statements,
    holds: `${statements.length} of ${statements.length} paths answered with ${probe.status}${probe.schema === undefined ? '' : ' and the described shape'}`,
    cause: causeOf(wrong, probe.status),
  };
}

async function pathStatement(probe: EndpointsProbe, tools: ProbeTools, path: string): Promise<Statement> {
  const name = `status of ${path}`;
  const request = encodeRequest(
    { method: 'GET', path, endpoint: probe.endpoint, headers: readHeaders(probe.headers, resolveSecret) },
    tools.urls,
  );
  const asked = await askFollowing(probe, tools, request, name);
  if ('none' in asked) return asked.none;
  const status = equal(name, asked.answer.status, probe.status);
  const broken = status.ok ? bodyStatement(probe, path, asked.answer) : undefined;
  return broken ?? status;
}

/** What is wrong with the body of a path: it is not what its headers say, or has another shape than the schema. */
function bodyStatement(
  { schema, status, showValues = false }: EndpointsProbe,
  path: string,
  answer: ResponseView,
): Statement | undefined {
  const broken = undecodableStatement(answer);
  if (broken !== undefined) return { ...broken, name: `body of ${path}` };
  if (schema === undefined) return undefined;
  const request = (): RequestSpec => ({ method: 'GET', path });
  // Judged like a step of a flow, so that both mean the same by "has the shape".
  const step = { kind: 'request', id: 'endpoint', request, status, response: schema, showValues } as const;
  const wrong = evaluateResponse(step, {}, answer).statements.find((statement) => !statement.ok);
  return wrong === undefined ? undefined : { ...wrong, name: `${wrong.name} of ${path}` };
}

function causeOf(wrong: Statement | undefined, status: number): string {
  if (wrong?.expected === status) return 'status';
  if (wrong === undefined || !/^body[. ]/.test(wrong.name)) return 'no-answer';
  return String(wrong.expected).startsWith('as its headers say') ? 'body-undecodable' : 'shape';
}
