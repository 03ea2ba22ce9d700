import { evaluateResponse } from '../../contract/flow/evaluate.ts';
import type { RequestStep } from '../../contract/flow/flow.ts';
import { readHeaders } from '../../contract/plan/headers.ts';
import { encodeRequest } from '../../contract/flow/http.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { shapeOf } from '../../contract/flow/shape-of.ts';
import { equal, shown, type Statement } from '../../contract/flow/statement.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';
import { firstWrong, wrongWords } from '../words.ts';
import type { ProbeLook } from './probe-look.ts';

type HealthProbe = Extract<Probe, { kind: 'health' }>;

export const healthLook: ProbeLook<HealthProbe> = {
  mostAnswers: ({ witnesses }) => 1 + witnesses.length,
  look: (probe, tools) => probeHealth(probe, tools),
};

/**
 * Reads the health document, compares its shape, and then asks the witnesses whether it is true: a document that says
 * "ok" while the database is gone is worse than none, because load balancers believe it.
 */
export async function probeHealth(probe: HealthProbe, tools: ProbeTools): Promise<Probed> {
  const headers = readHeaders(probe.headers, resolveSecret);
  const spec = { method: 'GET', path: probe.path, endpoint: probe.endpoint, headers } as const;
  const asked = await ask(tools, encodeRequest(spec, tools.urls), `health at ${probe.path}`, probe.budgetMs);
  if ('none' in asked) return { statements: [asked.none], holds: '', cause: 'no-answer' };
  // Judged like a step of a flow, so that a health document and a response mean the same by "has the shape".
  const step: RequestStep = {
    kind: 'request',
    id: 'health',
    request: () => spec,
    response: probe.schema,
    showValues: probe.showValues,
  };
  const { statements } = evaluateResponse(step, {}, asked.answer);
  const wrong = firstWrong(statements);
  if (wrong) {
    return {
      statements,
      holds: '',
      wrong: `The health document at ${probe.path}: ${wrongWords(wrong)}`,
      cause: wrong.name === 'status' ? 'status' : wrong.name === 'body' ? 'body-undecodable' : 'shape',
    };
  }
  const claim = String((probe.showValues ? shown : shapeOf)(asked.answer.body));
  const testimony = await hearWitnesses(probe, tools);
  const liar = firstWrong(testimony);
  return {
    statements: [...statements, ...testimony],
    holds:
      testimony.length > 0
        ? `The health document is right, and ${testimony.length} of ${testimony.length} witnesses confirm it`
        : 'The health document is right',
    ...(liar && {
      wrong: `Health claims ${claim}, but ${wrongWords(liar)}`,
    }),
    cause: 'health-lies',
  };
}

async function hearWitnesses(probe: HealthProbe, tools: ProbeTools): Promise<Statement[]> {
  const testimony: Statement[] = [];
  for (const witness of probe.witnesses) {
    const name = `status of ${witness.path}`;
    const request = encodeRequest(
      {
        method: 'GET',
        path: witness.path,
        endpoint: probe.endpoint,
        headers: readHeaders(probe.headers, resolveSecret),
      },
      tools.urls,
    );
    const asked = await ask(tools, request, name, probe.budgetMs, (status) => status === witness.status);
    testimony.push('none' in asked ? asked.none : equal(name, asked.answer.status, witness.status));
  }
  return testimony;
}
