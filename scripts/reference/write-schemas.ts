import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readReference } from './reference.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('name the directory that the JSON Schemas go to');
mkdirSync(directory, { recursive: true });
for (const [name, schema] of Object.entries(readReference().schemas())) {
  writeFileSync(path.join(directory, name), `${JSON.stringify(schema, null, 2)}\n`);
}
