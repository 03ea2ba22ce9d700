import { expect, test } from 'vitest';
import { nodeOptionsForPlaywright } from '../../../run/node-options.ts';

test.each([
  ['--max-http-header-size=65536', '--max-http-header-size=65536'],
  ['--max-old-space-size=4096 --use-openssl-ca', '--max-old-space-size=4096 --use-openssl-ca'],
  ['--require "/a b/agent.cjs" --no-warnings', '--require "/a b/agent.cjs" --no-warnings'],
  ['-r ./agent.cjs', '-r ./agent.cjs'],
])('%s reaches Playwright', (options, kept) => {
  expect(nodeOptionsForPlaywright(options)).toBe(kept);
});

test.each([
  ['--import tsx --max-http-header-size=65536', '--max-http-header-size=65536'],
  ['--import=file:///x/node_modules/tsx/dist/loader.mjs', undefined],
  ['--require ts-node/register --no-warnings', '--no-warnings'],
  ['"--require" "@swc-node/register"', undefined],
  ['--no-warnings --loader ./own.mjs', '--no-warnings'],
  ['--experimental-loader=./own.mjs', undefined],
  ['--inspect-brk=0 --no-warnings --inspect', '--no-warnings'],
  ['--inspect-port 9230 --no-warnings', '--no-warnings'],
  ['--experimental_loader ./own.mjs --no_warnings', '--no_warnings'],
  ['', undefined],
  [undefined, undefined],
])('%s without a second transpiler and a debugger', (options, kept) => {
  expect(nodeOptionsForPlaywright(options)).toBe(kept);
});
