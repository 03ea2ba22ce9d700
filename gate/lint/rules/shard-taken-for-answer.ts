import type { DeployDocument } from '../deploy-document.ts';
import type { Hit } from '../hit.ts';
import type { Rule } from '../rule.ts';
import { type Job, jobsOf } from '../jobs-of.ts';

const SHARD = /\bgreenlight(?:\.js|\.ts)?["']?\s+run\b.*--shard\b/;
const FOUND = 'A shard ends with 0 whatever it saw: that says nothing but that its fragment is there.';

export const shardTakenForAnswer: Rule = {
  id: 'shard-taken-for-answer',
  remedy: 'Let it wait for a job that runs `greenlight merge` on the fragments of all shards.',
  find: (document) => [...withoutMerge(document), ...besideMerge(document)],
};

function withoutMerge({ kind, source }: DeployDocument): readonly Hit[] {
  if (kind.mergesElsewhere || source.some(({ text }) => mergesShards(text))) return [];
  return source.filter(({ text }) => SHARD.test(text)).map(({ line }) => ({ line, found: FOUND }));
}

function besideMerge(document: DeployDocument): readonly Hit[] {
  const jobs = jobsOf(document);
  const runs = (job: Job, what: (text: string) => boolean): boolean =>
    what(JSON.stringify(job.place.value).replace(/\\n/g, '\n'));
  const named = (what: (text: string) => boolean): readonly string[] =>
    jobs.filter((job) => runs(job, what)).map(({ name }) => name);
  const [shards, merges] = [named((text) => SHARD.test(text)), named(mergesShards)];
  if (merges.length === 0) return [];
  return jobs
    .filter(({ name, needs }) => !merges.includes(name) && needs.some((one) => shards.includes(one)))
    .filter(({ needs }) => !needs.some((one) => merges.includes(one)))
    .map(({ place }) => ({ line: (place.at('needs') ?? place.at('dependsOn') ?? place).line, found: FOUND }));
}

function mergesShards(text: string): boolean {
  return /\bgreenlight(?:\.js|\.ts)?["']?\s+merge\b/.test(text);
}
