import { undecodableStatement } from '../../contract/evaluate.ts';
import { readHeaders } from '../../contract/headers.ts';
import { encodeRequest } from '../../contract/http.ts';
import type { Probe } from '../../contract/probe.ts';
import { equal, type Statement } from '../../contract/statement.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';

type EndpointsProbe = Extract<Probe, { kind: 'endpoints' }>;

/** Asks each path and compares its status. All paths are asked, so that one look shows all that is broken. */
export async function probeEndpoints(probe: EndpointsProbe, tools: ProbeTools): Promise<Probed> {
  const statements: Statement[] = [];
  for (const path of probe.paths) {
    const name = `status of ${path}`;
    const request = encodeRequest(
      { method: 'GET', path, endpoint: probe.endpoint, headers: readHeaders(probe.headers, resolveSecret) },
      tools.urls,
    );
    const asked = await ask(tools, request, name, probe.budgetMs, (status) => status === probe.status);
    if ('none' in asked) {
      statements.push(asked.none);
      continue;
    }
    const status = equal(name, asked.answer.status, probe.status);
    const broken = status.ok ? undecodableStatement(asked.answer) : undefined;
    statements.push(broken === undefined ? status : { ...broken, name: `body of ${path}` });
  }
  const wrong = statements.find((statement) => !statement.ok);
  return {
    statements,
    holds: `${statements.length} of ${statements.length} paths answered with ${probe.status}`,
    cause: causeOf(wrong, probe.status),
  };
}

function causeOf(wrong: Statement | undefined, status: number): string {
  if (wrong?.expected === status) return 'status';
  return wrong?.name.startsWith('body of ') ? 'body-undecodable' : 'no-answer';
}
