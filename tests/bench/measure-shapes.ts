import type { TestCluster } from '../postgres-cluster.ts';
import { type CommandAnswer, runDataDiff } from './command-line.ts';
import type { Shape } from './data-shapes.ts';
import { measured } from './measured.ts';
import type { Peer } from './peer.ts';

/** Resident memory that the command line's process may take, whatever the table. */
const MOST_MEMORY = 150e6;

export interface ShapesOptions {
  readonly rows: number;
  readonly workers: number;
  readonly rounds: number;
  /** Command lines that take turns on each table: this build, and perhaps another one before it. */
  readonly builds: readonly { readonly title: string; readonly commandLine: string }[];
  readonly peer: Peer | undefined;
  readonly progress: (text: string) => void;
}

interface Sample {
  readonly client: number;
  readonly server: number;
  readonly seconds: number;
  readonly memory: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function show(name: string, title: string, ...figures: readonly (string | number)[]): void {
  const cells = figures.map((figure) => String(figure).padStart(14));
  console.log(`${name.padEnd(48)}${title.padEnd(16)}${cells.join('')}`);
}

/**
 * What a row of each shape costs: processor time of both servers and of the command line together, because wall time
 * tells more about who else uses the machine.
 */
export async function measureShapes(
  clusters: readonly [TestCluster, TestCluster],
  shapes: readonly Shape[],
  options: ShapesOptions,
): Promise<void> {
  const { rows, progress } = options;
  const starts = await startsOf(clusters, options);
  console.log(
    `\nShapes: ${rows.toLocaleString('en')} rows on each side, ${options.workers} worker(s) a side, median of ${options.rounds}`,
  );
  console.log('Processor time for each row; what the start of the command takes is told apart');
  show('', '', 'ns cpu/row', 'of it client', 'rows/s', 'client MB');
  let most = { memory: 0, where: '' };
  for (const shape of shapes) {
    progress(`filling ${shape.name}`);
    await Promise.all(clusters.map((it) => it.run('bench', shape.sql.replaceAll('ROWS', String(rows)))));
    for (const state of shape.states) {
      if (state.change !== undefined) await clusters[1].run('bench', state.change);
      await Promise.all(clusters.map((it) => it.run('bench', `vacuum (freeze, analyze) ${shape.name}`)));
      progress(`${shape.name}: ${state.title}`);
      const samples = options.builds.map((): Sample[] => []);
      for (let round = 0; round < options.rounds; round += 1) {
        for (const [index, { commandLine }] of options.builds.entries()) {
          samples[index]?.push(
            await once(clusters, shape.name, commandLine, state.found(rows), options.workers),
          );
        }
      }
      for (const [index, { title }] of options.builds.entries()) {
        const of = (value: (sample: Sample) => number): number => median((samples[index] ?? []).map(value));
        const memory = Math.max(...(samples[index] ?? []).map((sample) => sample.memory));
        const name = `${shape.name}, ${state.title}`;
        const sample = aggregate(of);
        const client = Math.max(0, sample.client - (starts[index] ?? 0));
        line(index === 0 ? name : '', title, rows, { ...sample, client, memory });
        if (index === options.builds.length - 1 && memory > most.memory) most = { memory, where: name };
      }
      if (options.peer !== undefined)
        await askPeer(clusters, shape, state.lines(rows), options, options.peer);
    }
    await Promise.all(clusters.map((it) => it.run('bench', `drop table ${shape.name}`)));
  }
  const reached = most.memory <= MOST_MEMORY ? 'reached' : 'MISSED ';
  console.log(
    `\n${reached}  memory of the command line: ${Math.round(most.memory / 1e6)} MB in ${most.where} (at most ${MOST_MEMORY / 1e6} MB)`,
  );
}

/** Processor seconds that each build's command takes for a table of one row. */
async function startsOf(
  clusters: readonly [TestCluster, TestCluster],
  { builds, workers }: ShapesOptions,
): Promise<readonly number[]> {
  await Promise.all(
    clusters.map((it) =>
      it.run('bench', 'create table one_row(id int primary key); insert into one_row values (1)'),
    ),
  );
  const starts: number[] = [];
  for (const { title, commandLine } of builds) {
    const taken: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      taken.push((await once(clusters, 'one_row', commandLine, 'equal -0 +0 ~0', workers)).client);
    }
    starts.push(median(taken));
    console.log(`start of the command, ${title}: ${median(taken).toFixed(2)} s`);
  }
  return starts;
}

function aggregate(of: (value: (sample: Sample) => number) => number): Omit<Sample, 'memory'> {
  return {
    client: of((sample) => sample.client),
    server: of((sample) => sample.server),
    seconds: of((sample) => sample.seconds),
  };
}

function line(name: string, title: string, rows: number, { client, server, seconds, memory }: Sample): void {
  show(
    name,
    title,
    Math.round(((client + server) * 1e9) / rows),
    Math.round((client * 1e9) / rows),
    Math.round(rows / seconds).toLocaleString('en'),
    Math.round(memory / 1e6),
  );
}

async function once(
  clusters: readonly [TestCluster, TestCluster],
  table: string,
  commandLine: string,
  expected: string,
  workers: number,
): Promise<Sample> {
  let answer: CommandAnswer | undefined;
  const { seconds, processor } = await measured(clusters, async () => {
    const urls = { old: clusters[0].url('bench'), new: clusters[1].url('bench') };
    answer = await runDataDiff(commandLine, { ...urls, table, workers });
    return answer.memory;
  });
  if (answer?.found !== expected) {
    throw new Error(`${table}: expected ${expected}, got ${answer?.found} (${answer?.reason})`);
  }
  return { client: answer.processor, server: processor, seconds, memory: answer.memory };
}

async function askPeer(
  clusters: readonly [TestCluster, TestCluster],
  shape: Shape,
  expected: number,
  { rows }: ShapesOptions,
  peer: Peer,
): Promise<void> {
  const urls = { old: clusters[0].url('bench'), new: clusters[1].url('bench') };
  const ask = () => peer.compare({ ...urls, tables: [shape], options: { skip_sort_results: true } });
  let answers: Awaited<ReturnType<typeof ask>> = [];
  const { processor } = await measured(clusters, async () => {
    answers = await ask();
    return answers[0]?.memory;
  });
  const [answer] = answers;
  if (answer === undefined || answer.outcome === 'refused') {
    show('', peer.title, `refused: ${answer?.reason ?? 'it gave no answer'}`);
    return;
  }
  const { seconds, memory } = answer;
  line('', peer.title, rows, { client: answer.processor, server: processor, seconds, memory });
  if (answer.differences !== expected)
    show('', '', `it told ${answer.differences} lines of differences, ${expected} expected`);
}
