import { readdir, readFile } from 'node:fs/promises';

/** What a process took of the processors, and how long its threads waited for one although they could have run. */
export interface ProcessorUse {
  /** Share of one core. */
  readonly cpuPercent: number;
  /** Milliseconds that one piece of work waited for a processor, on average. */
  readonly waitMs: number;
  /** How long its threads waited, added up, as a share of the time. */
  readonly queuedPercent: number;
}

interface Look {
  readonly atMs: number;
  readonly ranNs: number;
  readonly waitedNs: number;
  readonly slices: number;
}

/** A request wakes several threads one after the other: to leave, to be read and to be counted. */
const WAKE_UPS = 4;
const EVERY_MS = 250;

/**
 * Watches another process from outside, which only Linux allows: `/proc/<pid>/task/<thread>/schedstat` holds
 * nanoseconds on a processor, nanoseconds in the run queue, and how often it ran.
 */
export class ProcessorWatch {
  readonly #pid: number;
  /** Threads end, and what they took must not be forgotten. */
  readonly #threads = new Map<string, readonly number[]>();
  readonly #looks: Look[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
    void this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @returns null where the system does not say, or nothing was seen of that time (milliseconds since 1970) */
  between(fromMs: number, toMs: number): ProcessorUse | null {
    const before = this.#looks.filter(({ atMs }) => atMs <= fromMs).at(-1) ?? this.#looks[0];
    const within = this.#looks.filter(({ atMs }) => atMs > fromMs && atMs <= toMs + EVERY_MS);
    const last = within.at(-1);
    if (before === undefined || last === undefined || last.atMs <= before.atMs) return null;
    const slices = last.slices - before.slices;
    const elapsedMs = last.atMs - before.atMs;
    const waitedMs = (last.waitedNs - before.waitedNs) / 1e6;
    return {
      cpuPercent: ((last.ranNs - before.ranNs) / 1e6 / elapsedMs) * 100,
      waitMs: slices <= 0 ? 0 : (waitedMs / slices) * WAKE_UPS,
      queuedPercent: (waitedMs / elapsedMs) * 100,
    };
  }

  async #look(): Promise<void> {
    try {
      const tasks = `/proc/${this.#pid}/task`;
      for (const thread of await readdir(tasks)) {
        const text = await readFile(`${tasks}/${thread}/schedstat`, 'utf8').catch(() => undefined);
        const numbers = text?.trim().split(' ').map(Number) ?? [];
        if (numbers.length >= 3 && numbers.every(Number.isFinite)) this.#threads.set(thread, numbers);
      }
    } catch {
      // Another system, or the process has ended: the last look counts.
      return;
    }
    if (this.#threads.size === 0) return;
    const sum = (field: number): number =>
      [...this.#threads.values()].reduce((total, numbers) => total + (numbers[field] ?? 0), 0);
    this.#looks.push({ atMs: Date.now(), ranNs: sum(0), waitedNs: sum(1), slices: sum(2) });
  }
}
