import { type DeployKind, noScripts } from '../../lint/deploy-document.ts';
import { documentNamesGate } from '../../lint/names-gate.ts';
import { inQuery } from '../../route.ts';
import type { Mechanism } from '../mechanism.ts';
import { rest } from './rest.ts';

/** A file that is shell from its first line to its last. */
export const shellFile: DeployKind = {
  known: { by: 'script' },
  // The file is the script.
  scripts: noScripts,
  hasGate: documentNamesGate,
  pipeline: null,
};

export const shell: Mechanism = {
  title: 'anything with a shell',
  hears: 'exit code',
  routes: [{ path: '/v1/verdict', methods: ['GET'], question: inQuery, dialect: rest }],
  reads: 'shell scripts',
  kinds: [shellFile],
  rules: [],
};
