import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a stand-in of a program does for one command line. */
export interface ProgramAnswer {
  readonly stdout?: unknown;
  readonly stderr?: string;
  readonly code?: number;
}

/** A stand-in of a program: on PATH, and with answers that faults change. */
export interface ProgramStandIn {
  /** Goes in front of PATH. */
  readonly bin: string;
  /** By the beginning of the command line; the longest that fits counts. */
  set(commandLine: string, answer: ProgramAnswer): void;
  get(commandLine: string): ProgramAnswer | undefined;
}

// Plain JavaScript: it is started by Greenlight's own command probe, with nothing but PATH.
const PROGRAM = `#!${process.execPath}
// A stand-in, not the real program: it answers what answers.json beside it says.
const { readFileSync } = require('node:fs');
const path = require('node:path');
const answers = JSON.parse(readFileSync(path.join(__dirname, path.basename(__filename) + '.answers.json'), 'utf8'));
const asked = process.argv.slice(2).join(' ');
const key = Object.keys(answers).filter((one) => asked.startsWith(one)).sort((a, b) => b.length - a.length)[0];
if (key === undefined) {
  process.stderr.write('ERROR: the stand-in knows no such command: ' + asked + '\\n');
  process.exit(2);
}
const { stdout, stderr, code } = answers[key];
if (stdout !== undefined) process.stdout.write(typeof stdout === 'string' ? stdout : JSON.stringify(stdout, null, 2) + '\\n');
if (stderr !== undefined) process.stderr.write(stderr);
process.exit(code ?? 0);
`;

/** Writes a program that answers by a table. @param directory of its own; made when it is missing */
export function standInProgram(
  directory: string,
  name: string,
  answers: Readonly<Record<string, ProgramAnswer>>,
): ProgramStandIn {
  mkdirSync(directory, { recursive: true });
  const program = path.join(directory, name);
  // A name of its own ending: without one Node would ask the next package.json what kind of module it is.
  writeFileSync(path.join(directory, 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(program, PROGRAM);
  chmodSync(program, 0o755);
  const table = new Map(Object.entries(answers));
  const write = (): void =>
    writeFileSync(`${program}.answers.json`, JSON.stringify(Object.fromEntries(table)));
  write();
  return {
    bin: directory,
    set: (commandLine, answer) => {
      table.set(commandLine, answer);
      write();
    },
    get: (commandLine) => table.get(commandLine),
  };
}
