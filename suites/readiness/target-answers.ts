import { encodeRequest } from '../../contract/flow/http.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { ask, type Probed, type ProbeTools } from '../probe-finding.ts';

/**
 * Every address of the target gives an HTTP answer. Any status will do: what an address means is the business of
 * flows and probes, and a bare API may well say 404 at its root.
 */
export async function targetAnswers(tools: ProbeTools, budgetMs: number): Promise<Probed> {
  const statements: Statement[] = [];
  for (const [endpoint, url] of Object.entries(tools.urls)) {
    const name = `${endpoint} (${url})`;
    const asked = await ask(
      tools,
      encodeRequest({ method: 'GET', path: '/', endpoint }, tools.urls),
      name,
      budgetMs,
      () => true,
    );
    statements.push(
      'none' in asked
        ? asked.none
        : { name, ok: true, measured: `answered ${asked.answer.status}`, expected: 'an answer' },
    );
  }
  return {
    statements,
    holds: `${statements.length} of ${statements.length} addresses answer`,
    cause: 'no-answer',
  };
}
